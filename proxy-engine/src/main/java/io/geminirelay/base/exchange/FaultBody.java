package io.geminirelay.base.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.fault.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** The JSON text of a fault in each dialect. */
public final class FaultBody {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String DOMAIN = "gemini-relay";

  private FaultBody() {}

  /** Writes {@code fault} to {@code body}, which stays the caller's. */
  public static void write(ByteBuf body, Exchange exchange, Fault fault) {
    try (JsonGenerator out = JSON.createGenerator((OutputStream) new ByteBufOutputStream(body))) {
      out.writeStartObject();
      out.writeObjectFieldStart("error");
      switch (exchange.route().dialect()) {
        case NATIVE -> writeNative(out, exchange, fault);
        case OPENAI -> writeOpenAi(out, exchange, fault);
      }
      out.writeEndObject();
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }

  // https://cloud.google.com/apis/design/errors#error_model
  private static void writeNative(JsonGenerator out, Exchange exchange, Fault fault)
      throws IOException {
    out.writeNumberField("code", fault.kind().status());
    out.writeStringField("message", fault.detail());
    out.writeStringField("status", fault.kind().statusName());
    out.writeArrayFieldStart("details");
    out.writeStartObject();
    out.writeStringField("@type", "type.googleapis.com/google.rpc.ErrorInfo");
    out.writeStringField("reason", fault.kind().name());
    out.writeStringField("domain", DOMAIN);
    out.writeObjectFieldStart("metadata");
    out.writeStringField("requestId", exchange.id());
    out.writeEndObject();
    out.writeEndObject();
    if (fault.retryAfterSeconds() >= 0) {
      out.writeStartObject();
      out.writeStringField("@type", "type.googleapis.com/google.rpc.RetryInfo");
      out.writeStringField("retryDelay", fault.retryAfterSeconds() + "s");
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  // https://platform.openai.com/docs/guides/error-codes
  private static void writeOpenAi(JsonGenerator out, Exchange exchange, Fault fault)
      throws IOException {
    out.writeStringField("message", fault.detail() + " (request " + exchange.id() + ")");
    out.writeStringField("type", openAiType(fault.kind().status()));
    out.writeStringField("code", fault.kind().reason());
    out.writeNullField("param");
  }

  private static String openAiType(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 429 -> "rate_limit_error";
      default -> status < 500 ? "invalid_request_error" : "server_error";
    };
  }
}
