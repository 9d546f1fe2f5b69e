package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminPages;
import io.geminirelay.side.admin.AdminTable;
import io.geminirelay.side.admin.AdminWork;
import io.geminirelay.side.admin.Description;
import io.geminirelay.side.admin.events.EventFeed;
import io.geminirelay.side.admin.login.AdminDoor;
import io.geminirelay.side.admin.login.LoginOperations;
import io.geminirelay.side.admin.pages.AdminRoom;
import io.geminirelay.side.dashboard.DashboardFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin interface, put together: its one thread, its operations, its live events. There for as
 * long as the engine.
 */
final class Administration {
  private static final Logger LOG = LoggerFactory.getLogger(Administration.class);
  private static final String THREAD = "relay-admin";

  private final ScheduledExecutorService thread;
  private final AdminTable table;
  private final EventFeed feed;
  private final AdminPages pages;

  /**
   * An interface to the engine that has {@code config} now.
   *
   * @param tokens compares admin tokens
   */
  Administration(Supplier<EngineConfig> config, AdminRoom room, AdminCheck tokens) {
    TimeSource time = room.time();
    this.thread = newThread();
    AdminDoor door = new AdminDoor(config, tokens, time);
    this.feed = new EventFeed(room.events(), thread, door::stillIn);
    List<AdminOperation> operations = new ArrayList<>();
    operations.addAll(new LoginOperations(door, time, feed::look).all());
    operations.add(feed.operation());
    operations.add(Description.operation());
    operations.addAll(room.operations());
    this.table = new AdminTable(operations);
    this.pages =
        new AdminPages(
            table,
            new AdminWork(door, feed, thread),
            thread,
            () -> config.get().server().adminToken() != null,
            new DashboardFiles()::answer);
  }

  private static ScheduledExecutorService newThread() {
    ScheduledThreadPoolExecutor one =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, THREAD);
              thread.setDaemon(true);
              return thread;
            });
    one.setRemoveOnCancelPolicy(true);
    one.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    one.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    return one;
  }

  /** The pages under {@code /admin}. */
  LocalRoute pages() {
    return pages;
  }

  /** Every operation there is. */
  AdminTable table() {
    return table;
  }

  /**
   * Runs {@code work} on the thread of the interface, where changes are made.
   *
   * @return whether it will be; not once the thread has ended
   */
  boolean run(Runnable work) {
    try {
      thread.execute(work);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Runs {@code work} there again and again, with {@code pause} in between, until the end. */
  void repeat(Runnable work, Duration pause) {
    Runnable guarded =
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            // Else it would be the last time.
            LOG.error("what is done again and again has failed", e);
          }
        };
    var unused =
        thread.scheduleWithFixedDelay(
            guarded, pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends what would go on for ever; requests are still answered. */
  void drain() {
    feed.close();
  }

  /** Ends the thread. */
  void stop() {
    thread.shutdown();
  }
}
