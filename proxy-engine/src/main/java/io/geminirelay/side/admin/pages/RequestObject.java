package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.scan.TokenCounts;
import io.geminirelay.base.telemetry.Journal;
import io.geminirelay.base.telemetry.Settled;
import io.geminirelay.base.telemetry.Why;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes one exchange that is over. */
final class RequestObject {
  private RequestObject() {}

  /** Writes {@code entry} as a value, in short. */
  static void write(JsonGenerator out, Journal.Entry entry) throws IOException {
    out.writeStartObject();
    writeMembers(out, entry);
    out.writeEndObject();
  }

  /** Writes {@code entry} as a value, with every attempt. */
  static void writeWhole(JsonGenerator out, Journal.Entry entry) throws IOException {
    Settled settled = entry.settled();
    Trail trail = settled.trail();
    out.writeStartObject();
    writeMembers(out, entry);
    out.writeArrayFieldStart("trail");
    for (Trail.Step step : trail.steps(settled.times().endNanos())) {
      write(out, step, settled.times().startNanos());
    }
    out.writeEndArray();
    if (trail.skipped() > 0) {
      out.writeNumberField("skipped", trail.skipped());
    }
    UsageFields.text(out, "over", trail.over());
    out.writeEndObject();
  }

  private static void writeMembers(JsonGenerator out, Journal.Entry entry) throws IOException {
    Settled settled = entry.settled();
    Settled.Times times = settled.times();
    out.writeNumberField("seq", entry.seq());
    out.writeStringField("id", settled.id());
    UsageFields.time(
        out, "at", Instant.ofEpochMilli(times.epochMillis()).minusNanos(times.nanos()));
    UsageFields.text(out, "client", settled.client());
    out.writeStringField("route", route(settled));
    UsageFields.text(out, "model", settled.model());
    UsageFields.text(out, "group", group(settled));
    UsageFields.text(out, "key", settled.key());
    out.writeNumberField("status", settled.status());
    out.writeStringField("outcome", outcome(settled));
    if (settled.fault() != null) {
      out.writeStringField("fault", settled.fault().reason());
    }
    out.writeNumberField("attempts", settled.attempts());
    out.writeNumberField("ms", millis(times.nanos()));
    if (times.answerNanos() > 0) {
      out.writeNumberField("first_byte_ms", millis(times.answerNanos()));
    }
    out.writeNumberField("waited_ms", millis(settled.trail().waitedNanos(times.endNanos())));
    tokens(out, settled.tokens());
    UsageFields.texts(out, "why", Why.sentences(settled));
  }

  private static void tokens(JsonGenerator out, @Nullable TokenCounts tokens) throws IOException {
    if (tokens != null) {
      count(out, "prompt_tokens", tokens.prompt());
      count(out, "cached_tokens", tokens.cached());
      count(out, "output_tokens", tokens.output());
      count(out, "thought_tokens", tokens.thoughts());
    }
  }

  private static void count(JsonGenerator out, String name, long count) throws IOException {
    if (count >= 0) {
      out.writeNumberField(name, count);
    }
  }

  private static void write(JsonGenerator out, Trail.Step step, long startNanos)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("key", step.key());
    out.writeStringField("exit", TrailText.shown(step.exit()));
    out.writeNumberField("at_ms", Math.max(0, millis(step.startNanos() - startNanos)));
    out.writeNumberField("wait_ms", millis(step.waitNanos()));
    out.writeNumberField("ms", millis(step.durationNanos()));
    out.writeStringField("outcome", step.outcome());
    if (step.status() > 0) {
      out.writeNumberField("status", step.status());
    }
    UsageFields.text(out, "quota_id", step.quotaId());
    out.writeEndObject();
  }

  /** The route as answers and filters name it. */
  static String route(Settled settled) {
    return settled.route().name().toLowerCase(Locale.ROOT);
  }

  /** The outcome as answers and filters name it. */
  static String outcome(Settled settled) {
    return settled.outcome().name().toLowerCase(Locale.ROOT);
  }

  /** The group of the key that was asked last; null for none. */
  private static @Nullable String group(Settled settled) {
    String key = settled.key();
    return key == null ? null : key.substring(0, Math.max(0, key.lastIndexOf('/')));
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
