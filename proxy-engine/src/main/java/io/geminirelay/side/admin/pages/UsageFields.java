package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.telemetry.Spread;
import io.geminirelay.base.telemetry.Sum;
import io.geminirelay.base.telemetry.Usage;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Writes what exchanges came to, and how long they took. */
final class UsageFields {
  private UsageFields() {}

  /** Adds the members of {@code usage}, null for nothing, to the open object. */
  static void write(JsonGenerator out, @Nullable Usage usage) throws IOException {
    Sum sum = usage == null ? Sum.NONE : usage.sum();
    out.writeNumberField("requests", sum.requests());
    out.writeNumberField("served", sum.served());
    out.writeNumberField("refusals", sum.refused());
    out.writeNumberField("failures", sum.failed());
    tokens(out, sum);
    if (usage != null) {
      time(out, "last_used_at", usage.lastUsed());
    }
  }

  /** Adds every count of {@code sum} to the open object. */
  static void counts(JsonGenerator out, Sum sum) throws IOException {
    out.writeNumberField("requests", sum.requests());
    out.writeNumberField("served", sum.served());
    out.writeNumberField("refused", sum.refused());
    out.writeNumberField("failed", sum.failed());
    out.writeNumberField("abandoned", sum.abandoned());
    out.writeNumberField("attempts", sum.attempts());
    out.writeNumberField("upstream_refusals", sum.upstreamRefusals());
    tokens(out, sum);
  }

  private static void tokens(JsonGenerator out, Sum sum) throws IOException {
    out.writeNumberField("prompt_tokens", sum.promptTokens());
    out.writeNumberField("cached_tokens", sum.cachedTokens());
    out.writeNumberField("output_tokens", sum.outputTokens());
    out.writeNumberField("thought_tokens", sum.thoughtTokens());
  }

  /** Adds what {@code spread} knows, its middle and its far end. */
  static void spread(JsonGenerator out, String prefix, @Nullable Spread spread) throws IOException {
    if (spread != null) {
      millis(out, prefix + "p50_ms", spread.p50());
      millis(out, prefix + "p99_ms", spread.p99());
    }
  }

  /** Adds all that {@code spread} knows. */
  static void wholeSpread(JsonGenerator out, String prefix, @Nullable Spread spread)
      throws IOException {
    spread(out, prefix, spread);
    if (spread != null) {
      millis(out, prefix + "p95_ms", spread.p95());
    }
  }

  /** Adds milliseconds to the tenth; nothing for null. */
  static void millis(JsonGenerator out, String name, @Nullable Double millis) throws IOException {
    if (millis != null) {
      out.writeNumberField(name, Math.round(millis * 10) / 10.0);
    }
  }

  /** Adds a moment, to the millisecond. */
  static void time(JsonGenerator out, String name, Instant time) throws IOException {
    out.writeStringField(name, time.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  /** Adds {@code text} unless it is null or empty. */
  static void text(JsonGenerator out, String name, @Nullable String text) throws IOException {
    if (text != null && !text.isEmpty()) {
      out.writeStringField(name, text);
    }
  }

  /** Adds an array of {@code texts}. */
  static void texts(JsonGenerator out, String name, Iterable<String> texts) throws IOException {
    out.writeArrayFieldStart(name);
    for (String text : texts) {
      out.writeString(text);
    }
    out.writeEndArray();
  }
}
