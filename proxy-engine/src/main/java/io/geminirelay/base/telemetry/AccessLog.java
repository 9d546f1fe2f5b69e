package io.geminirelay.base.telemetry;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.StreamScanner;
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

  /**
   * Writes the line of {@code exchange}.
   *
   * @param status what the client was answered with, 0 for no answer
   * @param now on the scale of {@link io.geminirelay.base.exchange.TimeSource#nanoTime()}
   */
  public static void write(Exchange exchange, Outcome outcome, int status, long now) {
    if (exchange.route().upstream() && !pastAddressLimit(exchange)) {
      if (LOG.isInfoEnabled()) {
        LOG.info(line(exchange, outcome, status, now));
      }
    } else if (LOG.isDebugEnabled()) {
      LOG.debug(line(exchange, outcome, status, now));
    }
  }

  /** Whose requests are too many would else fill the log with them. */
  private static boolean pastAddressLimit(Exchange exchange) {
    Fault fault = exchange.fault();
    return fault != null
        && fault.kind() == FaultKind.TOO_MANY_REQUESTS
        && exchange.client() == null;
  }

  private static String line(Exchange exchange, Outcome outcome, int status, long now) {
    LogFields out = new LogFields();
    ClientConfig client = exchange.client();
    Fault fault = exchange.fault();
    out.add("id", exchange.id());
    out.add("client", client == null ? "" : client.name());
    out.add("route", lower(exchange.route()));
    out.add("model", exchange.model());
    out.add("status", status);
    out.add("outcome", lower(outcome));
    out.add("fault", fault == null ? "" : fault.kind().reason());
    out.add("attempts", exchange.attempts());
    out.add("waited_ms", millis(exchange.trail().waitedNanos(now)));
    out.add("first_byte_ms", millis(exchange.answerNanos()));
    out.add("ms", millis(now - exchange.startNanos()));
    StreamScanner answer = exchange.answer();
    if (answer != null) {
      TokenCounts usage = answer.usage();
      out.addKnown("prompt_tokens", usage.prompt());
      out.addKnown("cached_tokens", usage.cached());
      out.addKnown("output_tokens", usage.output());
      out.addKnown("thought_tokens", usage.thoughts());
      out.addKnown("total_tokens", usage.total());
    }
    out.addWhole("trail", TrailText.of(exchange.trail(), now));
    return out.toString();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
