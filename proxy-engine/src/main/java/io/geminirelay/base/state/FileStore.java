package io.geminirelay.base.state;

import io.geminirelay.base.exchange.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps facts in a file, for one process. Files are read and written on a thread of its own; all
 * that comes in within a second is written at once. All is written each time: where that takes
 * long, it is done so rarely that it takes a fiftieth of the thread's time.
 *
 * <p>A folder that cannot be written is told once, and tried again every few seconds: what came in
 * meanwhile is written then.
 */
public final class FileStore implements StateStore {
  private static final long PAUSE_MILLIS = 1_000;

  /** Of a file that takes seconds. */
  private static final long LONGEST_PAUSE_MILLIS = 30_000;

  /** From one writing to the next it is as many times as long as the first of them took. */
  private static final long SPACING = 50;

  private static final long NOTICE_MILLIS = 250;
  private static final long RETRY_MILLIS = 3_000;
  private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);

  private final Path folder;
  private final StateFile file;
  private final Saving saving;
  private final FolderLock lock;
  private final TimeSource time;
  private final ScheduledExecutorService thread;
  private volatile boolean up = true;

  // These are the thread's own.
  private final Map<String, Fact> facts = new HashMap<>();
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private boolean scheduled;
  private long lastWriteNanos;
  private long tookNanos;

  /** Writes all facts to the file. */
  interface Saving {
    void write(Collection<Fact> facts) throws IOException;
  }

  /** A store in {@code folder}, which is made if there is none. */
  public FileStore(Path folder, TimeSource time) {
    this(folder, time, new StateFile(folder)::write);
  }

  /** The same that writes by {@code saving}. */
  FileStore(Path folder, TimeSource time, Saving saving) {
    this.folder = folder;
    this.file = new StateFile(folder);
    this.saving = saving;
    this.lock = new FolderLock(folder);
    this.time = time;
    this.lastWriteNanos = time.nanoTime() - TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread made = new Thread(work, "state-file");
              made.setDaemon(true);
              return made;
            });
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public void open(Listener listener) {
    thread.execute(
        () -> {
          if (lock.take()) {
            file.removeUnfinished();
          }
          file.read().forEach(fact -> facts.put(fact.name(), fact));
          dropEnded();
          listener.all(List.copyOf(facts.values()));
          // Tells at once whether the folder can be written, not when the first fact comes in.
          schedule(0);
        });
  }

  @Override
  public CompletionStage<Void> write(Batch batch) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            batch.facts().forEach(fact -> facts.put(fact.name(), fact));
            batch.gone().forEach(facts::remove);
            waiting.add(done);
            schedule(pauseMillis());
          });
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(e);
    }
    return done;
  }

  @Override
  public long noticeMillis() {
    return NOTICE_MILLIS;
  }

  @Override
  public boolean isUp() {
    return up;
  }

  @Override
  public long aheadMillis() {
    return 0;
  }

  @Override
  public void close() {
    try {
      thread.execute(
          () -> {
            if (!waiting.isEmpty()) {
              save();
            }
            lock.release();
            thread.shutdownNow();
          });
      if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (RejectedExecutionException e) {
      return; // it is closed already
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long pauseMillis() {
    long since = TimeUnit.NANOSECONDS.toMillis(time.nanoTime() - lastWriteNanos);
    return up ? Math.max(0, spacingMillis(tookNanos) - since) : RETRY_MILLIS;
  }

  /** From the begin of a writing that took so long to the next. */
  static long spacingMillis(long tookNanos) {
    long spacing = TimeUnit.NANOSECONDS.toMillis(SPACING * tookNanos);
    return Math.max(PAUSE_MILLIS, Math.min(spacing, LONGEST_PAUSE_MILLIS));
  }

  private void schedule(long delayMillis) {
    if (!scheduled) {
      scheduled = true;
      var unused =
          thread.schedule(
              () -> {
                scheduled = false;
                save();
              },
              delayMillis,
              TimeUnit.MILLISECONDS);
    }
  }

  private void save() {
    lastWriteNanos = time.nanoTime();
    List<CompletableFuture<Void>> told = List.copyOf(waiting);
    waiting.clear();
    dropEnded();
    var unused = lock.take(); // the folder may have been made meanwhile
    try {
      saving.write(facts.values());
      tookNanos = time.nanoTime() - lastWriteNanos;
      up = true;
      told.forEach(each -> each.complete(null));
    } catch (IOException | RuntimeException e) {
      // Whatever it was: who waits is told, and the next try is not left out.
      tellDown(e);
      told.forEach(each -> each.completeExceptionally(e));
      schedule(RETRY_MILLIS);
    }
  }

  private void tellDown(Exception cause) {
    if (up) {
      up = false;
      LOG.warn("state cannot be kept in {}: {}", folder, cause.toString());
    }
  }

  private void dropEnded() {
    long now = time.instant().toEpochMilli();
    facts.values().removeIf(fact -> fact.untilMillis() <= now);
  }
}
