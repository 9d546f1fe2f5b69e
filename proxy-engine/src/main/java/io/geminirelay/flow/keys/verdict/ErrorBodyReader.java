package io.geminirelay.flow.keys.verdict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads an upstream error body of any of Google's forms: plain object, one-element array, or either
 * within an event stream. Never throws: what is unreadable is left out. One reader a body.
 */
public final class ErrorBodyReader {
  private static final int MAX_BYTES = 64 * 1024;
  private static final int MAX_STARTS = 16;
  private static final int MAX_VALUES = 16;
  private static final int DETAIL_DEPTH = 2;
  private static final Duration MAX_DELAY = Duration.ofDays(1);
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxStringLength(MAX_BYTES)
                  .maxNumberLength(64)
                  .maxNameLength(1024)
                  .build())
          .build();
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
  private static final Pattern SECONDS = Pattern.compile("(\\d{1,9})(?:\\.(\\d{1,9})\\d*)?s");
  private static final Pattern RETRY_IN =
      Pattern.compile("retry in (\\d{1,9}(?:\\.\\d+)?s)", Pattern.CASE_INSENSITIVE);
  private static final Pattern PROJECT_NUMBER =
      Pattern.compile(
          "Quota exceeded for quota [^\\n]{1,400}? for consumer '?project_number:(\\d{1,20})");
  private static final Pattern LIMIT_ZERO = Pattern.compile("\\blimit: 0(?![\\d.]*\\d)");

  private int errorDepth = -1;
  private int depth;
  private int code;
  private String status = "";
  private final List<String> reasons = new ArrayList<>();
  private final ViolationList violations = new ViolationList();
  private boolean limitZero;
  private @Nullable Duration retryDelay;
  private @Nullable Duration messageDelay;
  private String project = "";
  private String message = "";

  private ErrorBodyReader() {}

  /** The facts in {@code body}, of which at most 64 KiB are read; borrows it. */
  public static ErrorBody look(ByteBuf body) {
    int start = body.readerIndex();
    int end = start + Math.min(body.readableBytes(), MAX_BYTES);
    int from = start;
    for (int i = 0; i < MAX_STARTS && from < end; i++) {
      int json = jsonStart(body, from, end);
      if (json < 0) {
        break;
      }
      ErrorBodyReader reader = new ErrorBodyReader();
      reader.parse(body, json, end);
      if (reader.errorDepth >= 0) {
        return reader.facts();
      }
      from = lineAfter(body, json, end);
    }
    return ErrorBody.EMPTY;
  }

  /** Where the next line begins that holds JSON, after {@code data:} or bare; or -1. */
  private static int jsonStart(ByteBuf body, int from, int end) {
    for (int line = from; line < end; line = lineAfter(body, line, end)) {
      int at = skipBlanks(body, line, end);
      if (end - at > 5 && body.getByte(at) == 'd' && body.getByte(at + 4) == ':') {
        at = skipBlanks(body, at + 5, end);
      }
      if (at < end && (body.getByte(at) == '{' || body.getByte(at) == '[')) {
        return at;
      }
    }
    return -1;
  }

  private static int skipBlanks(ByteBuf body, int from, int end) {
    int at = from;
    while (at < end && (body.getByte(at) == ' ' || body.getByte(at) == '\t')) {
      at++;
    }
    return at;
  }

  private static int lineAfter(ByteBuf body, int from, int end) {
    int feed = body.indexOf(from, end, (byte) '\n');
    return feed < 0 ? end : feed + 1;
  }

  private void parse(ByteBuf body, int from, int end) {
    try (JsonParser in =
        JSON.createParser((InputStream) new ByteBufInputStream(body.slice(from, end - from)))) {
      String name = "";
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          name = in.currentName();
        } else if (token.isStructStart()) {
          depth++;
          structStarts(token == JsonToken.START_OBJECT, name);
          name = "";
        } else if (token.isStructEnd()) {
          violations.structEnds(depth--);
          name = "";
          if (depth == 0 || depth < errorDepth) {
            return;
          }
        } else if (errorDepth >= 0) {
          value(name, in.getValueAsString(""));
        }
      }
    } catch (IOException | RuntimeException e) {
      // Cut off or not JSON: what was read so far is all there is to know.
      return;
    }
  }

  private void structStarts(boolean object, String name) {
    if (errorDepth < 0 && object && name.equals("error")) {
      errorDepth = depth;
    } else if (errorDepth >= 0 && object) {
      violations.objectStarts(name, depth);
    }
  }

  private void value(String name, String text) {
    if (depth == errorDepth) {
      errorValue(name, text);
    } else if (depth >= errorDepth + DETAIL_DEPTH) {
      detailValue(name, text);
    }
  }

  private void errorValue(String name, String text) {
    switch (name) {
      case "code" -> code(text);
      case "status" -> status = named(text);
      case "message" -> message(text);
      default -> {}
    }
  }

  private void code(String text) {
    if (text.matches("\\d{3}")) {
      code = Integer.parseInt(text);
    } else if (status.isEmpty()) {
      status = named(text).toUpperCase(Locale.ROOT);
    }
  }

  private void detailValue(String name, String text) {
    violations.value(name, text, depth);
    switch (name) {
      case "reason" -> {
        // Deeper down, details repeat what the request said.
        if (depth == errorDepth + DETAIL_DEPTH) {
          add(reasons, text);
        }
      }
      case "retryDelay" -> retryDelay = seconds(text);
      case "consumer" -> {
        if (depth == errorDepth + DETAIL_DEPTH + 1
            && text.matches("projects/[A-Za-z0-9:._-]{1,100}")) {
          project = text;
        }
      }
      default -> {}
    }
  }

  private static void add(List<String> list, String text) {
    if (!named(text).isEmpty() && list.size() < MAX_VALUES) {
      list.add(text);
    }
  }

  private static String named(String text) {
    return NAME.matcher(text).matches() ? text : "";
  }

  private void message(String text) {
    Matcher delay = RETRY_IN.matcher(text);
    if (delay.find()) {
      messageDelay = seconds(delay.group(1));
    }
    limitZero |= LIMIT_ZERO.matcher(text).find();
    Matcher consumer = PROJECT_NUMBER.matcher(text);
    if (project.isEmpty() && consumer.lookingAt()) {
      project = "projects/" + consumer.group(1);
    }
    message = text;
  }

  /** A duration as protobuf's JSON form writes it, at most a day; null when it is none. */
  private static @Nullable Duration seconds(String text) {
    Matcher matcher = SECONDS.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String fraction = matcher.group(2);
    long nanos = fraction == null ? 0 : Long.parseLong((fraction + "00000000").substring(0, 9));
    Duration delay = Duration.ofSeconds(Long.parseLong(matcher.group(1)), nanos);
    return delay.compareTo(MAX_DELAY) > 0 ? MAX_DELAY : delay;
  }

  private ErrorBody facts() {
    Duration delay = retryDelay == null ? messageDelay : retryDelay;
    List<QuotaViolation> limits = violations.all();
    boolean zero = limitZero || limits.stream().anyMatch(each -> each.limit() == 0);
    return new ErrorBody(
        code,
        status,
        List.copyOf(reasons),
        limits,
        zero,
        delay,
        project,
        ErrorSigns.of(status, message));
  }
}
