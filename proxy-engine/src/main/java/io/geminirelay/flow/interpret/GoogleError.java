package io.geminirelay.flow.interpret;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/**
 * What an error body of Google's says, for people. Read as far as it goes: a page of a front end,
 * or a body that breaks off, says nothing or less.
 *
 * <p>Used on one event loop.
 *
 * @see <a href="https://cloud.google.com/apis/design/errors#error_model">Error model</a>
 */
final class GoogleError {
  private static final JsonFactory JSON =
      JsonFactory.builder().configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false).build();

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?s");
  private static final int MAX_MESSAGE_CHARS = 2_000;

  private int code;
  private String status = "";
  private String message = "";
  private String reason = "";
  private long retryAfterSeconds = -1;

  private GoogleError() {}

  /** An error that was read by others, without details. */
  static GoogleError of(int code, String status, String message) {
    GoogleError error = new GoogleError();
    error.code = code;
    error.status = status;
    error.message = cut(message);
    return error;
  }

  /** Reads {@code body} up to its writer index; the reader index may have moved afterwards. */
  static GoogleError read(ByteBuf body) {
    GoogleError error = new GoogleError();
    try (JsonParser in = JSON.createParser((InputStream) new ByteBufInputStream(body))) {
      JsonToken first = in.nextToken();
      if (first == JsonToken.START_ARRAY) {
        first = in.nextToken();
      }
      if (first == JsonToken.START_OBJECT) {
        error.document(in);
      }
    } catch (IOException e) {
      // What was read until here has to do.
      body.touch(e.getMessage());
    }
    return error;
  }

  private void document(JsonParser in) throws IOException {
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      JsonToken value = in.nextToken();
      if (name.equals("error") && value == JsonToken.START_OBJECT) {
        error(in);
      } else {
        in.skipChildren();
      }
    }
  }

  private void error(JsonParser in) throws IOException {
    for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
      JsonToken value = in.nextToken();
      switch (name) {
        case "code" -> code = in.getValueAsInt(0);
        case "status" -> status = in.getValueAsString("");
        case "message" -> message = cut(in.getValueAsString(""));
        case "details" -> details(in, value);
        default -> {}
      }
      in.skipChildren();
    }
  }

  private void details(JsonParser in, JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      return;
    }
    while (in.nextToken() == JsonToken.START_OBJECT) {
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        JsonToken detail = in.nextToken();
        if (detail == JsonToken.VALUE_STRING) {
          detail(name, in.getText());
        }
        in.skipChildren();
      }
    }
  }

  private void detail(String name, String text) {
    if (name.equals("reason")) {
      reason = text;
    } else if (name.equals("retryDelay") && SECONDS.matcher(text).matches()) {
      BigDecimal seconds = new BigDecimal(text.substring(0, text.length() - 1));
      retryAfterSeconds = seconds.setScale(0, RoundingMode.CEILING).longValue();
    }
  }

  private static String cut(String text) {
    if (text.length() <= MAX_MESSAGE_CHARS) {
      return text;
    }
    int end = MAX_MESSAGE_CHARS;
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    // Half a key would be found by nobody who looks for keys.
    while (end > 0 && text.charAt(end - 1) > ' ' && text.charAt(end - 1) <= '~') {
      end--;
    }
    return text.substring(0, end) + "…";
  }

  /** HTTP status named inside, or 0. */
  int code() {
    return code;
  }

  /** Google's status name, or empty. */
  String status() {
    return status;
  }

  /** Its message, cut at some length, or empty. */
  String message() {
    return message;
  }

  /** Reason of its {@code ErrorInfo}, or empty. */
  String reason() {
    return reason;
  }

  /** The time it names for the next try, rounded up; negative when it names none. */
  long retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
