package io.geminirelay.base.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.fault.Side;
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
      switch (exchange.route().dialect()) {
        case NATIVE -> writeNative(out, exchange, fault);
        case OPENAI -> writeOpenAi(out, exchange, fault);
        case GENERATE -> {
          out.writeFieldName("error");
          writeGenerate(out, exchange, fault);
        }
        case SIMPLE ->
            writeSimple(
                out, exchange, simpleCode(fault.kind()), fault.kind().reason(), fault.detail());
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }

  /**
   * The member {@code error} of a refusal in Google's form, without the braces around it.
   *
   * @see <a href="https://cloud.google.com/apis/design/errors#error_model">Error model</a>
   */
  public static void writeNative(JsonGenerator out, Exchange exchange, Fault fault)
      throws IOException {
    out.writeObjectFieldStart("error");
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
    out.writeEndObject();
  }

  // https://platform.openai.com/docs/guides/error-codes
  private static void writeOpenAi(JsonGenerator out, Exchange exchange, Fault fault)
      throws IOException {
    out.writeObjectFieldStart("error");
    if (fault.kind() == FaultKind.TOO_MANY_TOKENS) {
      // Older proxies sent exactly this message and type, and their clients compare them.
      out.writeStringField("message", fault.detail());
      out.writeStringField("type", "validation_error");
      out.writeStringField("request_id", exchange.id());
    } else {
      out.writeStringField("message", fault.detail() + " (request " + exchange.id() + ")");
      out.writeStringField("type", openAiType(fault.kind().status()));
    }
    out.writeStringField("code", fault.kind().reason());
    out.writeNullField("param");
    out.writeEndObject();
  }

  /** The object that an element of {@code /generate} holds as its error, and a refusal too. */
  public static void writeGenerate(JsonGenerator out, Exchange exchange, Fault fault)
      throws IOException {
    out.writeStartObject();
    out.writeNumberField("code", fault.kind().status());
    out.writeStringField("message", fault.detail());
    out.writeStringField("status", fault.kind().statusName());
    out.writeStringField("reason", fault.kind().reason());
    out.writeStringField("request_id", exchange.id());
    out.writeEndObject();
  }

  /**
   * The members of a failure of {@code /gemini-proxy}, without the braces around them.
   *
   * @param code one of the codes that its clients know
   * @param reason what it was in particular, in lower case
   * @param message for people; holds no credential
   */
  public static void writeSimple(
      JsonGenerator out, Exchange exchange, String code, String reason, String message)
      throws IOException {
    out.writeStringField("result", "Failed");
    out.writeArrayFieldStart("errors");
    out.writeStartObject();
    out.writeStringField("code", code);
    out.writeStringField("message", message);
    out.writeStringField("reason", reason);
    out.writeStringField("request_id", exchange.id());
    out.writeEndObject();
    out.writeEndArray();
  }

  private static String simpleCode(FaultKind kind) {
    return switch (kind) {
      case UNAUTHENTICATED, FORBIDDEN -> "UNAUTHORIZED";
      case PROMPT_TOO_LONG -> "PROMPT_TOO_LONG";
      case KEYS_COOLING,
          QUEUE_FULL,
          TOO_MANY_REQUESTS,
          TOO_MANY_CLIENT_TOKENS,
          TOO_MANY_CONCURRENT ->
          "QUOTA_ERROR";
      case REQUEST_TIMEOUT, FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT, DEADLINE -> "TIMEOUT";
      default -> kind.side() == Side.CLIENT ? "VALIDATION_ERROR" : "UPSTREAM_ERROR";
    };
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
