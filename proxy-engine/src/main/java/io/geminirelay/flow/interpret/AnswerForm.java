package io.geminirelay.flow.interpret;

import io.geminirelay.base.exchange.CredentialQuery;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a client of {@code /generate} wants its answer. Pure.
 *
 * @param events as server-sent events, otherwise as one JSON array
 * @param delta each element with the text since the one before, otherwise with the whole text
 */
record AnswerForm(boolean events, boolean delta) {
  /** The values of {@code ?mode=}, for people. */
  static final String MODES = "\"whole\" (the text so far, the default) or \"delta\" (what is new)";

  private static final String EVENT_STREAM = "text/event-stream";

  /** What {@code head} asks for; null if it names a mode that does not exist. */
  static @Nullable AnswerForm of(HttpRequest head) {
    byte[] mode = CredentialQuery.value(head.uri(), "mode");
    String name = mode == null ? "whole" : new String(mode, StandardCharsets.UTF_8);
    return switch (name) {
      case "whole" -> new AnswerForm(wantsEvents(head), false);
      case "delta" -> new AnswerForm(wantsEvents(head), true);
      default -> null;
    };
  }

  private static boolean wantsEvents(HttpRequest head) {
    for (String accepted : head.headers().getAll(HttpHeaderNames.ACCEPT)) {
      if (accepted.toLowerCase(Locale.ROOT).contains(EVENT_STREAM)) {
        return true;
      }
    }
    return false;
  }

  /** The media type of the answer. */
  String contentType() {
    return events ? EVENT_STREAM : "application/json; charset=UTF-8";
  }
}
