package io.geminirelay.base.state.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis answers, and why not: told once each time. Before it was tried it is neither up nor
 * has it failed; while it may be tried again after it failed, it is both. {@link #isUp} and {@link
 * #hasFailed} from any thread.
 */
final class RedisHealth {
  /** After a write was refused, another is let through as often. */
  private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Logger LOG = LoggerFactory.getLogger(RedisHealth.class);

  private final String where;
  private volatile boolean up;
  private volatile boolean failed;
  private volatile boolean ended;

  // These are the asking thread's own.
  private boolean refused;
  private long refusedNanos;

  RedisHealth(String where) {
    this.where = where;
  }

  boolean isUp() {
    return up;
  }

  boolean hasFailed() {
    return failed;
  }

  /** What fails from now on has been ended from here, and is no outage; from any thread. */
  void end() {
    ended = true;
  }

  /** A look was answered, which says nothing of a write that was refused. */
  void answered(long nowNanos) {
    if (!refused) {
      failed = false;
      up = true;
    } else if (nowNanos - refusedNanos >= REFUSED_NANOS) {
      up = true; // one may be tried again, and is still thought to fail
    }
  }

  /** A look failed: looks show what is wrong, and when it no longer is. */
  void lookFailed(Throwable failure) {
    failed(failure);
    refused = false;
  }

  /** A write was taken. */
  void written() {
    if (refused) {
      refused = false;
      failed = false;
      up = true;
    }
  }

  /** A write failed. */
  void writeFailed(Throwable failure, long nowNanos) {
    failed(failure);
    refused |= isRefusal(failure) && !showsWhenLooking(failure);
    refusedNanos = nowNanos;
  }

  void failed(Throwable failure) {
    up = false;
    if (!failed && !ended) {
      failed = true;
      LOG.warn("Redis at {}: {}; going on with what is known here", where, reason(failure));
    }
  }

  /** Whether Redis itself said no: another connection would not help. */
  static boolean isRefusal(Throwable failure) {
    return root(failure) instanceof RedisCommandExecutionException;
  }

  /** Whether the other end is a replica: another connection may lead to who took over. */
  static boolean isReadOnly(Throwable failure) {
    return isRefusal(failure) && String.valueOf(root(failure).getMessage()).contains("READONLY");
  }

  /** Whether a look would be refused for the same reason: a replica, or no memory left. */
  private static boolean showsWhenLooking(Throwable failure) {
    return isReadOnly(failure) || String.valueOf(root(failure).getMessage()).contains("OOM");
  }

  private static String reason(Throwable failure) {
    Throwable root = root(failure);
    String message = root.getMessage();
    return message == null
        ? root.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }

  private static Throwable root(Throwable failure) {
    Throwable at = failure;
    // Lettuce wraps what it was told; the innermost of a connection's causes says most.
    while (at.getCause() != null
        && (at instanceof CompletionException || !(at instanceof RedisCommandExecutionException))) {
      at = at.getCause();
    }
    return at;
  }
}
