package io.geminirelay.base.exchange;

import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.exchange.Trail.Step;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link Trail} as a list of a structured field (RFC 9651 section 3.1), which is a header
 * value and a field of a log line alike: visible ASCII and spaces, at most 4 KiB.
 *
 * <pre>
 * default/1#0a1b2c3d4e;exit=direct;outcome=quota_per_minute;status=429;ms=31;quota=…PerMinute…,
 * default/2#5f60718293;exit="socks5://egress:1080";outcome=ok;status=200;wait=250;ms=412
 * </pre>
 *
 * <p>An attempt's item is its key's name. Further items, where there is something to tell: {@code
 * omitted;count=N} for attempts that found no room, {@code wait;for=…;ms=N} for a wait that no
 * attempt followed, {@code end;reason=…} for why none followed. Pure.
 */
public final class TrailText {
  static final int MAX_CHARS = 4096;

  private static final int OMITTED_CHARS = 30;
  private static final String BORDER = ", ";

  private TrailText() {}

  /** The text of {@code trail}; empty when there is nothing to tell. */
  public static String of(Trail trail, long now) {
    List<Step> steps = trail.steps(now);
    StringBuilder tail = new StringBuilder();
    if (!steps.isEmpty()) {
      appendStep(tail, steps.get(steps.size() - 1));
    }
    appendEnd(tail, trail, now);
    int last = steps.size() - 1;
    if (last <= 0) {
      return tail.toString();
    }
    StringBuilder out = new StringBuilder();
    int shown = 0;
    int room = MAX_CHARS - tail.length() - OMITTED_CHARS;
    while (shown < last) {
      int before = out.length();
      appendStep(out, steps.get(shown));
      out.append(BORDER);
      if (out.length() > room) {
        out.setLength(before);
        break;
      }
      shown++;
    }
    int omitted = last - shown + trail.skipped();
    if (omitted > 0) {
      out.append("omitted;count=").append(omitted).append(BORDER);
    }
    return out.append(tail).toString();
  }

  private static void appendStep(StringBuilder out, Step step) {
    StructuredText.append(out, step.key());
    out.append(";exit=");
    StructuredText.append(out, shown(step.exit()));
    out.append(";outcome=");
    StructuredText.append(out, step.outcome());
    out.append(";status=").append(step.status());
    if (step.waitNanos() > 0) {
      out.append(";wait=").append(millis(step.waitNanos()));
    }
    out.append(";ms=").append(millis(step.durationNanos()));
    if (!step.quotaId().isEmpty()) {
      out.append(";quota=");
      StructuredText.append(out, step.quotaId());
    }
  }

  private static void appendEnd(StringBuilder out, Trail trail, long now) {
    String waitsFor = trail.waitsFor();
    if (waitsFor != null) {
      border(out).append("wait;for=");
      StructuredText.append(out, waitsFor);
      out.append(";ms=").append(millis(trail.waitingNanos(now)));
    }
    String over = trail.over();
    if (over != null) {
      StructuredText.append(border(out).append("end;reason="), over);
    }
  }

  private static StringBuilder border(StringBuilder out) {
    return out.isEmpty() ? out : out.append(BORDER);
  }

  /** How an exit is shown, without user and password. */
  public static String shown(@Nullable EgressConfig exit) {
    return exit == null
        ? "direct"
        : exit.kind().name().toLowerCase(Locale.ROOT) + "://" + exit.host() + ":" + exit.port();
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
