package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which HTTP versions a destination is offered: where it has the choice, HTTP/1.1 alone for a while
 * after it required that (HTTP_1_1_REQUIRED, RFC 9113 section 7). One event loop.
 */
final class Offer {
  private static final long OLD_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Destination usual;

  /** Null where there is no choice. */
  private final @Nullable Destination old;

  private boolean oldOnly;
  private long sinceNanos;

  Offer(Destination usual) {
    TargetConfig target = usual.target();
    this.usual = usual;
    this.old =
        target.tls() && target.protocol() == UpstreamProtocol.AUTO
            ? new Destination(target.with(UpstreamProtocol.HTTP_1_1), usual.egress())
            : null;
  }

  /** HTTP/1.1 was required; whether it is offered alone from now on. */
  boolean oldIsRequired(long nowNanos) {
    oldOnly = old != null;
    sinceNanos = nowNanos;
    return oldOnly;
  }

  /** Whether HTTP/2 may not be spoken now. */
  boolean isOldOnly(long nowNanos) {
    return oldOnly && nowNanos - sinceNanos < OLD_NANOS;
  }

  /** True once, when there is the choice again. */
  boolean endsNow(long nowNanos) {
    boolean ends = oldOnly && !isOldOnly(nowNanos);
    oldOnly &= !ends;
    return ends;
  }

  /** What the next connection is opened to. */
  Destination destination(long nowNanos) {
    return old != null && isOldOnly(nowNanos) ? old : usual;
  }
}
