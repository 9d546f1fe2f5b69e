package io.geminirelay.side.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operation answers with. Immutable.
 *
 * @param status of the answer
 * @param body writes its JSON, once, on the admin thread; null for none
 * @param headers beside those that every answer of the admin interface has
 */
public record AdminAnswer(
    HttpResponseStatus status, @Nullable JsonBody body, Map<String, String> headers) {

  /** Writes one whole JSON value. */
  @FunctionalInterface
  public interface JsonBody {
    /** Writes to {@code out}, which stays the caller's. */
    void write(JsonGenerator out) throws IOException;
  }

  /** The live events, which go on until somebody ends them. */
  public static final AdminAnswer EVENTS =
      new AdminAnswer(HttpResponseStatus.OK, null, Map.of("content-type", "text/event-stream"));

  /** 200 with what {@code body} writes. */
  public static AdminAnswer ok(JsonBody body) {
    return of(HttpResponseStatus.OK, body);
  }

  /** 201 with what {@code body} writes. */
  public static AdminAnswer created(JsonBody body) {
    return of(HttpResponseStatus.CREATED, body);
  }

  /** {@code status} with what {@code body} writes. */
  public static AdminAnswer of(HttpResponseStatus status, JsonBody body) {
    return new AdminAnswer(status, body, Map.of());
  }

  /** 204. */
  public static AdminAnswer empty() {
    return new AdminAnswer(HttpResponseStatus.NO_CONTENT, null, Map.of());
  }

  /** Whether this is {@link #EVENTS}. */
  boolean isStream() {
    return equals(EVENTS);
  }

  /** The same with one more header. */
  public AdminAnswer with(CharSequence name, String value) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(name.toString(), value);
    return new AdminAnswer(status, body, Map.copyOf(all));
  }
}
