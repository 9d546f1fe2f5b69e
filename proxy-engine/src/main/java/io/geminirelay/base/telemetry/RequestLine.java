package io.geminirelay.base.telemetry;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.TokenCounts;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The line of one exchange, as the argument of a log event: its text, or its members, are made by
 * whoever writes them, on a thread of the log's own.
 *
 * <p>It holds names, reasons and numbers; no credential, no body, no query.
 *
 * @param settled what is told
 */
record RequestLine(Settled settled) {

  /** The line as {@code name=value} pairs, see {@link LogFields}. */
  @Override
  public String toString() {
    LogFields out = new LogFields();
    FaultKind fault = settled.fault();
    Settled.Times times = settled.times();
    out.add("id", settled.id());
    out.add("client", settled.client());
    out.add("route", lower(settled.route()));
    out.add("model", settled.model());
    out.add("status", settled.status());
    out.add("outcome", lower(settled.outcome()));
    out.add("fault", fault == null ? "" : fault.reason());
    out.add("attempts", settled.attempts());
    out.add("waited_ms", millis(settled.trail().waitedNanos(times.endNanos())));
    out.add("first_byte_ms", millis(times.answerNanos()));
    out.add("ms", millis(times.nanos()));
    TokenCounts tokens = settled.tokens();
    if (tokens != null) {
      out.addKnown("prompt_tokens", tokens.prompt());
      out.addKnown("cached_tokens", tokens.cached());
      out.addKnown("output_tokens", tokens.output());
      out.addKnown("thought_tokens", tokens.thoughts());
      out.addKnown("total_tokens", tokens.total());
    }
    out.addWhole("trail", TrailText.of(settled.trail(), times.endNanos()));
    return out.toString();
  }

  /** Writes its members into the object under way; what is not known is left out. */
  void write(JsonGenerator out) throws IOException {
    FaultKind fault = settled.fault();
    Settled.Times times = settled.times();
    Trail trail = settled.trail();
    text(out, "id", settled.id());
    text(out, "client", settled.client());
    text(out, "route", lower(settled.route()));
    text(out, "model", Settled.cut(settled.model()));
    out.writeNumberField("status", settled.status());
    text(out, "outcome", lower(settled.outcome()));
    text(out, "fault", fault == null ? "" : fault.reason());
    text(out, "group", settled.group());
    text(out, "key", settled.key());
    out.writeNumberField("attempts", settled.attempts());
    out.writeNumberField("waited_ms", millis(trail.waitedNanos(times.endNanos())));
    if (times.answerNanos() > 0) {
      out.writeNumberField("first_byte_ms", millis(times.answerNanos()));
    }
    out.writeNumberField("ms", millis(times.nanos()));
    tokens(out, settled.tokens());
    trail(out, trail, times);
  }

  private static void tokens(JsonGenerator out, @Nullable TokenCounts tokens) throws IOException {
    if (tokens != null) {
      known(out, "prompt_tokens", tokens.prompt());
      known(out, "cached_tokens", tokens.cached());
      known(out, "output_tokens", tokens.output());
      known(out, "thought_tokens", tokens.thoughts());
      known(out, "total_tokens", tokens.total());
    }
  }

  private static void trail(JsonGenerator out, Trail trail, Settled.Times times)
      throws IOException {
    List<Trail.Step> steps = trail.steps(times.endNanos());
    if (!steps.isEmpty()) {
      out.writeArrayFieldStart("trail");
      for (Trail.Step step : steps) {
        out.writeStartObject();
        text(out, "key", step.key());
        text(out, "exit", TrailText.shown(step.exit()));
        out.writeNumberField("at_ms", millis(step.startNanos() - times.startNanos()));
        out.writeNumberField("wait_ms", millis(step.waitNanos()));
        out.writeNumberField("ms", millis(step.durationNanos()));
        text(out, "outcome", step.outcome());
        if (step.status() > 0) {
          out.writeNumberField("status", step.status());
        }
        text(out, "quota_id", step.quotaId());
        out.writeEndObject();
      }
      out.writeEndArray();
    }
    if (trail.skipped() > 0) {
      out.writeNumberField("skipped", trail.skipped());
    }
    text(out, "waits_for", trail.waitsFor());
    text(out, "over", trail.over());
  }

  private static void text(JsonGenerator out, String name, @Nullable String value)
      throws IOException {
    if (value != null && !value.isEmpty()) {
      out.writeStringField(name, LineText.whole(value));
    }
  }

  private static void known(JsonGenerator out, String name, long value) throws IOException {
    if (value >= 0) {
      out.writeNumberField(name, value);
    }
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
