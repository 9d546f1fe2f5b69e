package io.geminirelay.testing.sim;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Google's API as far as it is simulated, in Google's order of checks: path, credentials, body,
 * model, quota; then an answer that follows from the request.
 */
public final class GoogleApi {
  private static final Pattern ACTION =
      Pattern.compile(
          "/v1(?:beta|alpha)?/models/([^/:]+):(generateContent|streamGenerateContent|countTokens"
              + "|embedContent|batchEmbedContents)");
  private static final Pattern MODELS = Pattern.compile("/v1(?:beta|alpha)?/models(?:/([^/:]+))?");
  private static final Pattern OPEN_AI = Pattern.compile("/v1beta/openai/(.+)");

  private final CredentialRule credentials = new CredentialRule();
  private final Quotas quotas;

  /** Counts against these quotas. */
  public GoogleApi(Quotas quotas) {
    this.quotas = quotas;
  }

  /** Registers a key; as long as there is none, every key is accepted. */
  public void key(String key, String project) {
    credentials.add(key, project);
  }

  Answer answer(ReceivedRequest request) {
    Call call = find(request);
    if (call == null) {
      return Errors.noSuchPath();
    }
    GoogleError refusal = credentials.refuse(request);
    if (refusal != null) {
      return refusal.answerTo(request);
    }
    try {
      return call.answer(Json.map(Json.parse(request.body())));
    } catch (IOException e) {
      return Errors.badRequest("Invalid JSON payload received.").answerTo(request);
    }
  }

  /** What a path asks for; given the parsed body. */
  private interface Call {
    Answer answer(Map<String, Object> body);
  }

  private @Nullable Call find(ReceivedRequest request) {
    boolean posts = request.method().equals("POST");
    boolean gets = request.method().equals("GET");
    Matcher action = ACTION.matcher(request.path());
    if (posts && action.matches()) {
      return body -> act(request, body, action.group(1), action.group(2));
    }
    Matcher models = MODELS.matcher(request.path());
    if (gets && models.matches()) {
      String model = models.group(1);
      return body -> model == null ? NativeApi.models(request) : NativeApi.model(request, model);
    }
    Matcher openAi = OPEN_AI.matcher(request.path());
    if (!openAi.matches()) {
      return null;
    }
    return posts
        ? openAiPost(request, openAi.group(1))
        : gets ? openAiGet(request, openAi.group(1)) : null;
  }

  private static @Nullable Call openAiGet(ReceivedRequest request, String what) {
    if (what.equals("models")) {
      return body -> OpenAiApi.models();
    }
    if (what.startsWith("models/")) {
      String decoded = URLDecoder.decode(what, StandardCharsets.UTF_8);
      String model = ModelName.plain(decoded.substring("models/".length()));
      return body -> OpenAiApi.model(request, model);
    }
    return null;
  }

  private @Nullable Call openAiPost(ReceivedRequest request, String what) {
    return switch (what) {
      case "chat/completions" -> body -> chat(request, body);
      case "embeddings" -> body -> embeddings(request, body);
      default -> null;
    };
  }

  private Answer act(
      ReceivedRequest request, Map<String, Object> body, String model, String method) {
    GoogleError refusal = NativeApi.refuse(method, model);
    if (refusal == null && !method.equals("countTokens")) {
      refusal = spend(request, model, Prompt.tokens(body));
    }
    if (refusal != null) {
      return refusal.answerTo(request);
    }
    return switch (method) {
      case "countTokens" -> NativeApi.countTokens(body);
      case "embedContent" -> NativeApi.embed(body, model);
      case "batchEmbedContents" -> NativeApi.embedBatch(body, model);
      default -> {
        Reply reply = Reply.to(Prompt.ofNative(body));
        yield NativeApi.generate(request, reply, model, method.equals("streamGenerateContent"));
      }
    };
  }

  private Answer chat(ReceivedRequest request, Map<String, Object> body) {
    String model = ModelName.plain(String.valueOf(body.get("model")));
    Prompt prompt = Prompt.ofOpenAi(body);
    GoogleError refusal = OpenAiApi.refuse(false, model);
    refusal = refusal == null ? spend(request, model, prompt.inputTokens()) : refusal;
    return refusal == null
        ? OpenAiApi.chat(body, Reply.to(prompt), model, quotas.now())
        : refusal.answerTo(request);
  }

  private Answer embeddings(ReceivedRequest request, Map<String, Object> body) {
    String model = ModelName.plain(String.valueOf(body.get("model")));
    GoogleError refusal = OpenAiApi.refuse(true, model);
    refusal = refusal == null ? spend(request, model, Prompt.tokens(body)) : refusal;
    return refusal == null ? OpenAiApi.embeddings(body, model) : refusal.answerTo(request);
  }

  private @Nullable GoogleError spend(ReceivedRequest request, String model, long inputTokens) {
    return quotas.take(credentials.project(request), model, inputTokens);
  }
}
