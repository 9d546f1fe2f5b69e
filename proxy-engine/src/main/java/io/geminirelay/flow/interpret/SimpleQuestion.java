package io.geminirelay.flow.interpret;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * What Google is asked for a prompt: one {@code generateContent} with one user's turn. Pure.
 *
 * @see <a href="https://ai.google.dev/api/generate-content#method:-models.generatecontent">Method
 *     models.generateContent</a>
 */
final class SimpleQuestion {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String MODELS = "models/";

  /** What a client may say of its request as a whole; the rest of its head is not for Google. */
  private static final List<String> PASSED = List.of("x-request-id", "traceparent", "tracestate");

  private SimpleQuestion() {}

  /**
   * The head of the question.
   *
   * @param client headers of the client's request
   * @param model safe to be put into a path
   * @param length bytes of the body
   */
  static HttpRequest head(HttpHeaders client, String model, int length) {
    // Tuned models are a collection of their own.
    String name = model.indexOf('/') < 0 ? MODELS + model : model;
    String uri = "/v1beta/" + name + ":generateContent";
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, uri);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, length);
    for (String passed : PASSED) {
      String value = client.get(passed);
      if (value != null) {
        head.headers().set(passed, value);
      }
    }
    return head;
  }

  /** Writes the body of the question to {@code body}, which stays the caller's. */
  static void write(ByteBuf body, String prompt) {
    try (JsonGenerator out = JSON.createGenerator((OutputStream) new ByteBufOutputStream(body))) {
      out.writeStartObject();
      out.writeArrayFieldStart("contents");
      out.writeStartObject();
      out.writeStringField("role", "user");
      out.writeArrayFieldStart("parts");
      out.writeStartObject();
      out.writeStringField("text", prompt);
      out.writeEndObject();
      out.writeEndArray();
      out.writeEndObject();
      out.writeEndArray();
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
