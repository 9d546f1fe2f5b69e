package io.geminirelay.testing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an answer of {@code /generate} has to tell of a recorded body, worked out from whole trees:
 * slow, simple, and sharing no code with the gateway.
 */
public final class AnswerReference {
  private final int chunkTokens;
  private final boolean thoughts;
  private final StringBuilder text = new StringBuilder();
  private final List<String> chunks = new ArrayList<>();
  private long total;
  private @Nullable String finish;
  private @Nullable String block;
  private @Nullable Map<String, Object> error;
  private boolean broken;

  private AnswerReference(int chunkTokens, boolean thoughts) {
    this.chunkTokens = chunkTokens;
    this.thoughts = thoughts;
  }

  /** Reads an event stream, a JSON array or a single JSON object. */
  public static AnswerReference of(byte[] body, int chunkTokens, boolean thoughts) {
    AnswerReference reference = new AnswerReference(chunkTokens, thoughts);
    String all = new String(body, StandardCharsets.UTF_8);
    String first = all.stripLeading();
    try {
      if (first.startsWith("{") || first.startsWith("[")) {
        reference.addValue(parse(all));
      } else {
        reference.addEvents(all);
      }
    } catch (IOException e) {
      reference.broken = true;
    }
    return reference;
  }

  private void addEvents(String all) throws IOException {
    int at = 0;
    for (String line : all.split("\r\n|\r|\n", -1)) {
      if (line.startsWith("{") || line.startsWith("[")) {
        addValue(parse(all.substring(all.indexOf(line, at))));
        return;
      }
      if (line.startsWith("data:")) {
        addValue(parse(line.substring(5)));
      }
      at = all.indexOf(line, at) + line.length();
    }
  }

  private static @Nullable Object parse(String json) throws IOException {
    return Json.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private void addValue(@Nullable Object value) {
    if (value instanceof List<?> list) {
      list.forEach(this::addValue);
    } else if (value instanceof Map<?, ?> && error == null) {
      addResponse(Json.map(value));
    }
  }

  private void addResponse(Map<String, Object> response) {
    boolean finishing = false;
    if (response.get("candidates") instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        Map<String, Object> candidate = Json.map(list.get(i));
        Object index = candidate.getOrDefault("index", i);
        if (index instanceof Number number && number.longValue() == 0) {
          finishing |= addCandidate(candidate);
        }
      }
    }
    if (Json.map(response.get("promptFeedback")).get("blockReason") instanceof String reason) {
      block = reason;
    }
    if (Json.map(response.get("usageMetadata")).get("totalTokenCount") instanceof Number count) {
      total = count.longValue();
    }
    if (response.get("error") instanceof Map<?, ?> map) {
      error = Json.map(map);
    } else if (!finishing && total >= (long) chunkTokens * (chunks.size() + 1)) {
      chunks.add(text.toString());
    }
  }

  private boolean addCandidate(Map<String, Object> candidate) {
    if (Json.map(candidate.get("content")).get("parts") instanceof List<?> parts) {
      for (Object part : parts) {
        Map<String, Object> members = Json.map(part);
        boolean thought = Boolean.TRUE.equals(members.get("thought"));
        if (members.get("text") instanceof String piece && (thoughts || !thought)) {
          text.append(paired(piece));
        }
      }
    }
    Object reason = candidate.get("finishReason");
    if (reason == null || reason.equals("") || reason.equals("FINISH_REASON_UNSPECIFIED")) {
      return false;
    }
    finish = String.valueOf(reason);
    return true;
  }

  /** {@code text} with each lone surrogate replaced. */
  public static String paired(String text) {
    StringBuilder all = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(all::appendCodePoint);
    return all.toString();
  }

  /** The joined text of the first candidate. */
  public String text() {
    return text.toString();
  }

  /** The text at each element before the last. */
  public List<String> chunks() {
    return chunks;
  }

  /** The last total seen. */
  public long total() {
    return total;
  }

  /** Whether the answer says why it ended and holds no error. */
  public boolean complete() {
    return !broken && error == null && (finish != null || block != null);
  }

  /** The reason that an element tells: none for a plain end. */
  public @Nullable String reason() {
    String reason = finish == null ? block : finish;
    return "STOP".equals(reason) ? null : reason;
  }

  /** The error in the answer, or null. */
  public @Nullable Map<String, Object> error() {
    return error;
  }

  /** The elements of a JSON array; fails unless the text is exactly one strictly written array. */
  public static List<Map<String, Object>> elements(byte[] json) {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      int depth = 0;
      int roots = 0;
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        roots += depth == 0 ? 1 : 0;
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      }
      if (roots != 1) {
        throw new AssertionError(roots + " values");
      }
      List<Map<String, Object>> elements = new ArrayList<>();
      ((List<?>) java.util.Objects.requireNonNull(Json.parse(json)))
          .forEach(element -> elements.add(Json.map(element)));
      return elements;
    } catch (IOException | ClassCastException e) {
      throw new AssertionError(new String(json, StandardCharsets.UTF_8), e);
    }
  }

  /** The elements of an event stream, each of one data line. */
  public static List<Map<String, Object>> events(byte[] stream) {
    List<Map<String, Object>> elements = new ArrayList<>();
    for (String event : new String(stream, StandardCharsets.UTF_8).split("\n\n")) {
      if (!event.startsWith(":")) {
        String data = event.substring("data: ".length());
        elements.addAll(elements(("[" + data + "]").getBytes(StandardCharsets.UTF_8)));
      }
    }
    return elements;
  }
}
