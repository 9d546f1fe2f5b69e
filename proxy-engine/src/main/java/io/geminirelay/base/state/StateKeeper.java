package io.geminirelay.base.state;

import io.geminirelay.base.exchange.TimeSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the engine knows and what a {@link StateStore} holds in step.
 *
 * <p>As often as the store wants to hear of it, each {@link StateStore#noticeMillis}, it asks the
 * sources whether anything changed, which costs a read each while nothing did; what changed since
 * is written, one batch at a time. What others write is given to the sources. No request waits for
 * any of it: while the store cannot be reached, changes gather here, and are written when it is
 * back.
 *
 * <p>All on one thread, the state thread, but for what is said to be otherwise.
 */
public final class StateKeeper implements StateStore.Listener {
  /**
   * Pauses are this many times as long as the look before them took: it costs no more than that.
   */
  private static final int PACE = 5;

  /** But others wait for what changes meanwhile; the longest looks are rare. */
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  private static final long CLOCK_STEP_MILLIS = 1_000;

  /** By then the store has been asked for its clock again. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long TIDY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What has an end that moves on by itself is told anew as often. */
  private static final long RENEW_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger(StateKeeper.class);

  private final StateStore store;
  private final Supplier<List<FactSource>> sources;
  private final ScheduledExecutorService thread;
  private final TimeSource time;
  private final CompletableFuture<Boolean> firstRead = new CompletableFuture<>();
  private final FactBook book = new FactBook();
  private final Map<FactSource, Long> versions = new HashMap<>();
  private final Map<FactSource, Long> extents = new HashMap<>();
  private final LongAdder failures = new LongAdder();
  private boolean writing;
  private boolean wasUp = true;
  private boolean wasRead;
  private boolean again;
  private long offsetMillis;
  private long quietNanos;
  private long nextLookNanos;
  private long tidyNanos;
  private long renewNanos;
  private volatile int size;

  /**
   * Keeps what {@code sources} know now in {@code store}.
   *
   * @param sources asked each time, since a new configuration may bring others; one of each kind
   * @param thread the state thread
   */
  public StateKeeper(
      StateStore store,
      Supplier<List<FactSource>> sources,
      ScheduledExecutorService thread,
      TimeSource time) {
    this.store = store;
    this.sources = sources;
    this.thread = thread;
    this.time = time;
    long now = time.nanoTime();
    this.offsetMillis = offset();
    this.quietNanos = now;
    this.nextLookNanos = now;
    this.tidyNanos = now;
    this.renewNanos = now;
  }

  /**
   * Begins; from any thread. Completes with true when the sources have learned what the store held
   * and others have been greeted, with false when it was found that it cannot be read now.
   */
  public CompletionStage<Boolean> start() {
    store.open(this);
    long millis = store.noticeMillis();
    var unused =
        thread.scheduleWithFixedDelay(
            () -> safely(this::tick), millis, millis, TimeUnit.MILLISECONDS);
    return firstRead;
  }

  /** Gives the store what it does not hold yet; the last thing before it is closed. */
  public void end() {
    if (wasRead) {
      notice();
    }
    while (book.hasUnsaved()) {
      var unused = store.write(book.give(store.mostAtOnce()));
    }
  }

  /** Facts that the store is thought to hold; from any thread. */
  public int size() {
    return size;
  }

  /** How often it was found that the store cannot be reached or written; from any thread. */
  public long failures() {
    return failures.sum();
  }

  @Override
  public void all(List<Fact> facts) {
    onThread(
        () -> {
          book.takeAll(facts, sources.get(), clock());
          lookAgain();
          if (!wasRead) {
            wasRead = true;
            notice(); // what ends from now on is over for the store, too
            greet();
          }
        });
  }

  @Override
  public void changed(StateStore.Batch batch) {
    onThread(() -> book.take(batch, sources.get(), clock()));
  }

  /**
   * A first change, of nothing: all that it needs here and at the store is loaded on the way, and
   * what it needs where it is heard, as it comes back here too. The first real one is not slower
   * than the others then.
   */
  private void greet() {
    if (!store.isShared()) {
      firstRead.complete(true);
      return;
    }
    writing = true;
    store
        .write(new StateStore.Batch(List.of(Fact.greeting(clock())), List.of()))
        .whenComplete((none, failure) -> onThread(this::greeted));
  }

  private void greeted() {
    writing = false; // what the store says of a failure, it says
    firstRead.complete(true);
  }

  /** Where more is known here than was told, that has to be told to the others. */
  private void lookAgain() {
    again = true;
  }

  private void onThread(Runnable work) {
    if (!thread.isShutdown()) {
      thread.execute(() -> safely(work));
    }
  }

  private void tick() {
    tellHealth();
    // What was read is learned first, however late: else the little that is known at a start would
    // win. Until then there is nothing that could be written to.
    if (!wasRead || isQuiet()) {
      return;
    }
    long begun = time.nanoTime();
    if (begun - nextLookNanos >= 0) {
      notice();
      nextLookNanos = begun + Math.min(PACE * (time.nanoTime() - begun), LONGEST_PAUSE_NANOS);
    }
    if (!writing && store.isUp()) {
      write();
    }
  }

  private void tellHealth() {
    boolean up = !store.hasFailed();
    if (up == wasUp) {
      return;
    }
    wasUp = up;
    if (up) {
      LOG.info("the {} store is back: what is known here and there is brought together", name());
    } else {
      // Why, the store has said.
      failures.increment();
      firstRead.complete(false);
    }
  }

  private String name() {
    return store.name();
  }

  /**
   * After a step of the clock, ends of facts are at other times by it, and how far the store's is
   * ahead is found out a little later: until then nothing is said.
   */
  private boolean isQuiet() {
    long now = time.nanoTime();
    long offset = offset();
    if (Math.abs(offset - offsetMillis) > CLOCK_STEP_MILLIS) {
      offsetMillis = offset;
      quietNanos = now + QUIET_NANOS;
      lookAgain();
    }
    return now - quietNanos < 0;
  }

  private long offset() {
    return clock() - TimeUnit.NANOSECONDS.toMillis(time.nanoTime());
  }

  private long clock() {
    return time.instant().toEpochMilli();
  }

  private void notice() {
    long now = time.nanoTime();
    if (now - tidyNanos >= 0) {
      tidyNanos = now + TIDY_NANOS;
      book.dropEnded(clock());
    }
    if (now - renewNanos >= 0) {
      renewNanos = now + RENEW_NANOS;
      lookAgain();
    }
    List<FactSource> present = sources.get();
    versions.keySet().retainAll(present);
    extents.keySet().retainAll(present);
    boolean all = again;
    again = false;
    for (FactSource source : present) {
      long version = source.version();
      Long before = versions.put(source, version);
      if (all || before == null) {
        book.notice(source, clock());
      } else if (before != version) {
        book.noticeChanges(source, clock());
      }
      long extent = source.extent();
      Long known = extents.put(source, extent);
      if (known == null || known != extent) {
        // Of a new configuration: it may name keys that others know something of. Taught last, or
        // what that configuration has just ended would come back.
        book.teach(source);
        lookAgain();
      }
    }
    // After what it led to here is noticed.
    book.noticeHeard(clock());
    size = book.size();
  }

  private void write() {
    if (book.hasUnsaved()) {
      writing = true;
      store
          .write(book.give(store.mostAtOnce()))
          .whenComplete((none, failure) -> onThread(() -> written(failure)));
    }
  }

  private void written(@Nullable Throwable failure) {
    writing = false;
    book.written(failure == null);
    if (failure != null) {
      failures.increment();
    } else if (store.isUp()) {
      write(); // the next of many
    }
  }

  /** One failure must not end the ticking. */
  private static void safely(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("state could not be kept", e);
    }
  }
}
