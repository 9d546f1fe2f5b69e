package io.geminirelay.base.state.redis;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for what must not be done twice at once. What is given to it after its end is left
 * undone, and what fails does not end it.
 *
 * @param executor the thread
 */
record SyncThread(ScheduledExecutorService executor) {
  private static final Logger LOG = LoggerFactory.getLogger(SyncThread.class);

  /** Does {@code work} soon. */
  void run(Runnable work) {
    try {
      executor.execute(() -> safely(work));
    } catch (RejectedExecutionException e) {
      return; // it has ended
    }
  }

  /** Does {@code work} after {@code millis}; null where it will not. */
  @Nullable ScheduledFuture<?> later(Runnable work, long millis) {
    try {
      return executor.schedule(() -> safely(work), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      return null; // it has ended
    }
  }

  private static void safely(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("state could not be kept in step with Redis", e);
    }
  }
}
