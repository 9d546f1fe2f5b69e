package io.geminirelay.flow.interpret;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultBody;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;

/** Why an answer of {@code /generate} is not complete: Google's own error, or the gateway's. */
sealed interface GenerateError {

  /** The HTTP status it has where no element came before it. */
  int status();

  /** What it was for the exchange. */
  Fault fault();

  /** Writes it as a JSON object. */
  void write(JsonGenerator out) throws IOException;

  /**
   * An error in Google's answer.
   *
   * @param code as Google sent it, or 0
   */
  record OfGoogle(int code, String message, String statusName) implements GenerateError {

    static OfGoogle of(AnswerFindings found) {
      String message = found.errorMessage();
      String statusName = found.errorStatus();
      return new OfGoogle(
          found.errorCode(),
          message == null ? "Google's answer holds an error without a message." : message,
          statusName == null ? "UNKNOWN" : statusName);
    }

    @Override
    public Fault fault() {
      return Fault.of(FaultKind.BROKEN_ANSWER, "Google's answer ended in an error.");
    }

    @Override
    public int status() {
      boolean error = code >= HttpResponseStatus.BAD_REQUEST.code() && code < 600;
      return error ? code : HttpResponseStatus.BAD_GATEWAY.code();
    }

    @Override
    public void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      out.writeNumberField("code", status());
      out.writeStringField("message", message);
      out.writeStringField("status", statusName);
      out.writeEndObject();
    }
  }

  /** A fault of the gateway or of the way to Google. */
  record OfGateway(Exchange exchange, Fault fault) implements GenerateError {
    @Override
    public int status() {
      return fault.kind().status();
    }

    @Override
    public void write(JsonGenerator out) throws IOException {
      FaultBody.writeGenerate(out, exchange, fault);
    }
  }
}
