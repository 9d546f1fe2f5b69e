package io.geminirelay.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.PrintWriter;

/** Prints JSON for people and scripts: indented, all but ASCII escaped, so no terminal obeys it. */
final class JsonText {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private JsonText() {}

  /** Writes one value. */
  interface Writer {
    /** Writes it to {@code out}. */
    void write(JsonGenerator out) throws IOException;
  }

  /** Prints what {@code writer} writes, and ends the line; {@code to} stays open. */
  static void print(PrintWriter to, Writer writer) throws IOException {
    JsonGenerator out = JSON.createGenerator(to).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    try (out) {
      out.setPrettyPrinter(new DefaultPrettyPrinter());
      writer.write(out);
    }
    to.println();
    to.flush();
  }
}
