package io.geminirelay.testing;

import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One recorded exchange with Google's API.
 *
 * @param kind the folder it is kept in, such as {@code native-sse}
 * @param name the file without its ending
 * @param path with its query; a key in it reads {@code REDACTED}
 * @param requestHeaders content type, accept, upload headers and client tags only; no credentials
 * @param requestBody null if there was none or it was not published
 * @param auth {@code x-goog-api-key}, {@code key-param}, {@code bearer} or {@code unknown}
 * @param responseHeaders lower case; several values of one name joined with a comma
 * @param responseBody byte for byte as recorded after undoing gzip
 */
public record CorpusExchange(
    String kind,
    String name,
    String method,
    String path,
    List<Header> requestHeaders,
    byte @Nullable [] requestBody,
    String auth,
    int status,
    List<Header> responseHeaders,
    byte[] responseBody) {

  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive");

  /** The body of the answer as UTF-8. */
  public String responseText() {
    return new String(responseBody, StandardCharsets.UTF_8);
  }

  /** True if the answer came, and is replayed, piece by piece. */
  public boolean isStream() {
    return kind.endsWith("-sse") || kind.endsWith("-stream");
  }

  /** True for paths of the OpenAI-compatible API. */
  public boolean isOpenAi() {
    return path.contains("/openai/");
  }

  /** The path without a {@code key} parameter. */
  public String pathWithoutKey() {
    String stripped = path.replaceAll("([?&])key=[^&]*(&|$)", "$1");
    return stripped.replaceAll("[?&]+$", "");
  }

  /**
   * The recorded status, headers and body, cut at boundaries that follow from the seed. Streams are
   * chunked; other bodies are chunked or tell their length, as the seed decides.
   */
  public Answer answer(long seed) {
    List<Header> headers = new ArrayList<>(responseHeaders);
    headers.removeIf(header -> FRAMING.contains(header.name().toLowerCase(Locale.ROOT)));
    if (responseBody.length == 0) {
      return Answer.of(status, headers, responseBody);
    }
    Answer answer = Answer.stream(status, headers, List.of(responseBody)).splitRandomly(seed);
    return isStream() || (seed & 1) == 0 ? answer : answer.withLength();
  }

  /** Replays this exchange to whatever request it is given. */
  public Reaction replay(long seed) {
    return Reaction.of(answer(seed));
  }

  @Override
  public String toString() {
    return kind + "/" + name;
  }
}
