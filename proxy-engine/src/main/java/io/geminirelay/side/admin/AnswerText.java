package io.geminirelay.side.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultBody;
import java.io.IOException;

/** The JSON texts of the admin interface, as bytes. Thread safe. */
public final class AnswerText {
  private static final JsonFactory JSON = new JsonFactory();

  private AnswerText() {}

  /** What {@code body} writes. */
  public static byte[] of(AdminAnswer.JsonBody body) throws IOException {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder()) {
      try (JsonGenerator out = JSON.createGenerator(bytes)) {
        body.write(out);
      }
      return bytes.toByteArray();
    }
  }

  /** The refusal {@code problem}, with what is wrong in the configuration. */
  static byte[] of(Exchange exchange, AdminProblem problem) throws IOException {
    return of(
        out -> {
          out.writeStartObject();
          FaultBody.writeNative(out, exchange, problem.fault());
          if (!problem.problems().isEmpty()) {
            out.writeArrayFieldStart("problems");
            for (Problem one : problem.problems()) {
              write(out, one);
            }
            out.writeEndArray();
          }
          out.writeEndObject();
        });
  }

  private static void write(JsonGenerator out, Problem problem) throws IOException {
    out.writeStartObject();
    out.writeStringField("path", problem.path());
    if (problem.line() > 0) {
      out.writeNumberField("line", problem.line());
      out.writeNumberField("column", problem.column());
    }
    out.writeStringField("found", problem.found());
    out.writeStringField("expected", problem.expected());
    if (problem.nearest() != null) {
      out.writeStringField("nearest", problem.nearest());
    }
    out.writeEndObject();
  }
}
