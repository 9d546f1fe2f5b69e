package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.TokenCounts;
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
    out.add("trace_id", settled.traceId());
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

  /** Adds its members to the object under way; what is not known is left out. */
  void write(LineBytes out) {
    FaultKind fault = settled.fault();
    Settled.Times times = settled.times();
    Trail trail = settled.trail();
    LineMember.ID.text(out, settled.id());
    LineMember.TRACE_ID.text(out, settled.traceId());
    LineMember.CLIENT.text(out, settled.client());
    LineMember.ROUTE.word(out, settled.route());
    LineMember.MODEL.text(out, settled.model(), Settled.MAX_CHARS);
    LineMember.STATUS.number(out, settled.status());
    LineMember.OUTCOME.word(out, settled.outcome());
    LineMember.FAULT.text(out, fault == null ? null : fault.reason());
    String key = settled.key();
    if (key != null) {
      LineMember.GROUP.text(out, key, Math.max(0, key.lastIndexOf('/')));
      LineMember.KEY.text(out, key);
    }
    LineMember.ATTEMPTS.number(out, settled.attempts());
    LineMember.WAITED_MS.number(out, millis(trail.waitedNanos(times.endNanos())));
    if (times.answerNanos() > 0) {
      LineMember.FIRST_BYTE_MS.number(out, millis(times.answerNanos()));
    }
    LineMember.MS.number(out, millis(times.nanos()));
    tokens(out, settled.tokens());
    trail(out, trail, times);
  }

  private static void tokens(LineBytes out, @Nullable TokenCounts tokens) {
    if (tokens != null) {
      LineMember.PROMPT_TOKENS.known(out, tokens.prompt());
      LineMember.CACHED_TOKENS.known(out, tokens.cached());
      LineMember.OUTPUT_TOKENS.known(out, tokens.output());
      LineMember.THOUGHT_TOKENS.known(out, tokens.thoughts());
      LineMember.TOTAL_TOKENS.known(out, tokens.total());
    }
  }

  private static void trail(LineBytes out, Trail trail, Settled.Times times) {
    if (trail.lastKey() != null) {
      LineMember.TRAIL.begin(out);
      out.raw('[');
      trail.eachStep(times.endNanos(), step -> step(out, step, times.startNanos()));
      out.raw(']');
    }
    if (trail.skipped() > 0) {
      LineMember.SKIPPED.number(out, trail.skipped());
    }
    LineMember.WAITS_FOR.text(out, trail.waitsFor());
    LineMember.OVER.text(out, trail.over());
  }

  private static void step(LineBytes out, Trail.Step step, long startNanos) {
    if (!out.endsWith('[')) {
      out.raw(',');
    }
    out.raw('{');
    LineMember.KEY.text(out, step.key());
    LineMember.EXIT.text(out, TrailText.shown(step.exit()));
    LineMember.AT_MS.number(out, millis(step.startNanos() - startNanos));
    LineMember.WAIT_MS.number(out, millis(step.waitNanos()));
    LineMember.MS.number(out, millis(step.durationNanos()));
    LineMember.OUTCOME.text(out, step.outcome());
    if (step.status() > 0) {
      LineMember.STATUS.number(out, step.status());
    }
    LineMember.QUOTA_ID.text(out, step.quotaId());
    out.raw('}');
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
