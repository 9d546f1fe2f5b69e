package io.geminirelay.flow.interpret;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.geminirelay.base.config.Credentials;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /gemini-proxy}, checked: {@code {"prompt","model"?,"api_key"?}}.
 * Immutable.
 *
 * <p>Other members are passed over, null counts as absent, and model and key come together or not
 * at all.
 *
 * @param prompt not blank, well-formed, at most so many characters as are allowed
 * @param model without a {@code models/} prefix, safe to be put into a path; null for the usual one
 * @param key the client's own, of 16 characters or more; null for one of the gateway's
 */
record SimpleRequest(String prompt, @Nullable String model, @Nullable Secret key) {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build())
          // Names come from clients: a table of them that grows for ever would be a leak.
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .build();

  private static final String PROMPT = "prompt";
  private static final String MODEL = "model";
  private static final String API_KEY = "api_key";
  private static final Set<String> READ = Set.of(PROMPT, MODEL, API_KEY);

  private static final String MODELS = "models/";
  private static final Pattern SAFE_MODEL =
      Pattern.compile("(tunedModels/)?[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** A shorter one would be found in the words of an error, which must not show it. */
  private static final int MIN_KEY_CHARS = 16;

  /** Bytes that one character can take: two escaped surrogates. */
  private static final int MAX_CHAR_BYTES = 12;

  /** Room for everything but the prompt. */
  private static final int SLACK_BYTES = 64 * 1024;

  /**
   * The longest body worth reading where prompts have at most {@code maxPromptChars} characters.
   */
  static long maxBytes(int maxPromptChars) {
    return (long) maxPromptChars * MAX_CHAR_BYTES + SLACK_BYTES;
  }

  /** Why a longer body, or prompt, is refused. */
  static Fault tooLong(int maxPromptChars) {
    return Fault.of(
        FaultKind.PROMPT_TOO_LONG,
        "The prompt has more than " + maxPromptChars + " characters; send a shorter one.");
  }

  /**
   * Reads {@code body} from its reader index to its writer index; both may have moved afterwards.
   *
   * @param maxPromptChars characters a prompt may have; each code point of Unicode counts as one
   * @throws FaultException with {@link FaultKind#INVALID_BODY} or {@link FaultKind#PROMPT_TOO_LONG}
   */
  static SimpleRequest read(ByteBuf body, int maxPromptChars) throws FaultException {
    Map<String, String> members = members(body);
    String prompt = members.get(PROMPT);
    if (prompt == null || prompt.isBlank()) {
      throw invalid("prompt is required: a text that is not blank.");
    }
    if (prompt.codePointCount(0, prompt.length()) > maxPromptChars) {
      throw new FaultException(tooLong(maxPromptChars));
    }
    if (!isWellFormed(prompt)) {
      throw invalid("prompt holds half of a surrogate pair, which is no character.");
    }
    String model = members.get(MODEL);
    String key = members.get(API_KEY);
    if (model == null && key == null) {
      return new SimpleRequest(prompt, null, null);
    }
    if (model == null || key == null) {
      String missing = model == null ? MODEL : API_KEY;
      throw invalid(missing + " is missing: model and api_key come together or not at all.");
    }
    return new SimpleRequest(prompt, plain(model), secret(key));
  }

  private static Map<String, String> members(ByteBuf body) throws FaultException {
    try (JsonParser in = JSON.createParser((InputStream) new ByteBufInputStream(body))) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("The body is not a JSON object.");
      }
      Map<String, String> members = new HashMap<>(4);
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        JsonToken value = in.nextToken();
        if (!READ.contains(name)) {
          in.skipChildren();
        } else if (value == JsonToken.VALUE_STRING) {
          if (members.put(name, in.getText()) != null) {
            throw invalid(name + " is given twice.");
          }
        } else if (value != JsonToken.VALUE_NULL) {
          throw invalid(name + " is not a text.");
        }
      }
      if (in.nextToken() != null) {
        throw invalid("Something follows the JSON object.");
      }
      return members;
    } catch (JsonProcessingException e) {
      // The parser's own message quotes the body, where a key may stand.
      var at = e.getLocation();
      String where =
          at == null ? "" : ", see line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw invalid("The body is not valid JSON" + where + ".");
    } catch (IOException e) {
      throw invalid("The body is not JSON in UTF-8.");
    }
  }

  private static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }

  private static String plain(String model) throws FaultException {
    String name = model.startsWith(MODELS) ? model.substring(MODELS.length()) : model;
    if (!SAFE_MODEL.matcher(name).matches()) {
      throw invalid("model is not the name of a model, such as gemini-2.5-flash.");
    }
    return name;
  }

  private static Secret secret(String key) throws FaultException {
    if (!Credentials.isCredential(key)) {
      throw invalid("api_key is not a key: visible ASCII characters without blanks.");
    }
    if (key.length() < MIN_KEY_CHARS) {
      throw invalid("api_key is not a key: it has fewer than " + MIN_KEY_CHARS + " characters.");
    }
    return Secret.of(key);
  }

  private static FaultException invalid(String detail) {
    return new FaultException(Fault.of(FaultKind.INVALID_BODY, detail));
  }

  /** Nothing that the client meant for Google alone. */
  @Override
  public String toString() {
    return "SimpleRequest[model=" + model + "]";
  }
}
