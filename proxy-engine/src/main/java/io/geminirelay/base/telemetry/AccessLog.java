package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.TokenCounts;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each exchange, with every attempt it took, to the logger {@code access}: at
 * INFO for what went upstream or was to go there, at DEBUG for what the gateway answers by itself
 * and for what is refused because its address asks too often.
 *
 * <p>The line is {@code name=value} pairs, see {@link LogFields}. It holds names, reasons and
 * numbers; no credential, no body, no query. Its text is made only where the level is on. The
 * appender behind it must not block, since the callers are event loops. Thread safe.
 */
public final class AccessLog {
  private static final Logger LOG = LoggerFactory.getLogger("access");

  private AccessLog() {}

  /** Writes the line of {@code settled}. */
  static void write(Settled settled) {
    if (settled.route().upstream() && !pastAddressLimit(settled)) {
      if (LOG.isInfoEnabled()) {
        LOG.info(line(settled));
      }
    } else if (LOG.isDebugEnabled()) {
      LOG.debug(line(settled));
    }
  }

  /** Whose requests are too many would else fill the log with them. */
  private static boolean pastAddressLimit(Settled settled) {
    return settled.fault() == FaultKind.TOO_MANY_REQUESTS && settled.client().isEmpty();
  }

  private static String line(Settled settled) {
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

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
