package io.geminirelay.base.state.redis;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.StateStore.Batch;
import io.geminirelay.base.state.StateStore.Listener;
import io.geminirelay.base.state.redis.RedisChange.Turn;
import io.geminirelay.base.state.redis.RedisFacts.Look;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this instance in step with Redis, and finds out whether it is there.
 *
 * <p>Changes are numbered. They come as messages; a look each second tells the number of the last
 * one, Redis's clock, and whether Redis takes writes. All facts are read when a connection was
 * made, when a number is missing, and from time to time whatever the numbers say. That something is
 * missing in a reading ends nothing: what is over has a mark there, and what has none was lost, by
 * one that was started empty, a replica that took over, or a full Redis. What this instance knows
 * of it is put back, as far as nothing is there, and all is read again. While a reading or a
 * writing is under way, messages wait: only then is known which of the changes of one fact is the
 * last. All on one thread of the client's, but for what is said to be otherwise. Ends are by
 * Redis's clock.
 */
final class RedisSync {
  private static final long LOOK_MILLIS = 1_000;
  private static final int FAILURES_OF_A_LINK = 2;

  /** Instances that are told to read all do it one after the other. */
  private static final long MOST_PATIENCE_MILLIS = 50;

  private static final int MOST_HEARD = 10_000;
  private final RedisAddress address;
  private final RedisLinks links;
  private final RedisFacts facts;
  private final TimeSource time;
  private final RedisHealth health;
  private final Eviction eviction;
  private final SyncThread thread;
  private final RedisClock clock;
  private final Mirror mirror = new Mirror();
  private final Mending mending;
  private final Queue<Write> writes = new ArrayDeque<>();
  private final Queue<RedisChange> heard = new ArrayDeque<>();
  private final Pauses pauses = new Pauses();
  private final ReadNeed need = new ReadNeed();
  private volatile @Nullable RedisLink link;
  private volatile boolean stopped;
  private @Nullable Listener listener;
  private @Nullable ScheduledFuture<?> next;
  private boolean looking;
  private boolean reading;
  private boolean writing;
  private int failures;
  private boolean newLink;
  private boolean lacking;

  /** What waits to be written. */
  private record Write(Batch batch, CompletableFuture<Void> done) {}

  RedisSync(RedisAddress address, RedisLinks links, RedisFacts facts, TimeSource time) {
    this.address = address;
    this.links = links;
    this.facts = facts;
    this.time = time;
    this.clock = new RedisClock(time);
    this.health = new RedisHealth(address.toString());
    this.eviction = new Eviction(address.toString(), facts.turn());
    this.thread = new SyncThread(links.thread());
    this.mending = new Mending(facts, mirror, time);
  }

  /** Begins; from any thread. {@code to} is told with ends by Redis's clock. */
  void start(Listener to) {
    thread.run(
        () -> {
          listener = to;
          connect();
        });
  }

  /** Ends; from any thread. */
  void stop() {
    stopped = true;
    health.end();
    thread.run(this::drop);
  }

  /** From any thread. */
  boolean isUp() {
    return health.isUp();
  }

  /** From any thread. */
  boolean hasFailed() {
    return health.hasFailed();
  }

  /** From any thread. */
  long aheadMillis() {
    return clock.aheadMillis();
  }

  /** The connection's commands, or null; from any thread. */
  @Nullable RedisScriptingAsyncCommands<String, String> commands() {
    RedisLink now = link;
    return now == null ? null : now.commands();
  }

  /** An ask for a lease failed; from any thread. In a Cluster another node may be well. */
  void leaseFailed(Throwable failure) {
    thread.run(
        () -> {
          if (!address.cluster()) {
            health.failed(failure);
          }
          lookIn(0);
        });
  }

  /** Writes; from any thread. Fails at once while Redis is known to be away. */
  CompletionStage<Void> write(Batch batch) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    thread.run(
        () -> {
          writes.add(new Write(batch, done));
          writeNext();
        });
    if (stopped) {
      done.completeExceptionally(new IllegalStateException("closed"));
    }
    return done;
  }

  /** Nothing is written while all is read: which of both was first would not be known. */
  private void writeNext() {
    Write write = writing || reading ? null : writes.poll();
    if (write == null) {
      return;
    }
    RedisLink now = link;
    if (now == null || !health.isUp()) {
      write.done.completeExceptionally(new IllegalStateException("Redis is out of reach"));
      writeNext();
      return;
    }
    writing = true;
    facts
        .write(now.commands(), write.batch, mirror::endMillis)
        .whenCompleteAsync((at, failure) -> written(write, at, failure), thread.executor());
  }

  private void written(Write write, @Nullable Turn at, @Nullable Throwable failure) {
    writing = false;
    if (failure == null && at != null) {
      tell(mirror.wrote(at, write.batch, time.nanoTime()));
      write.done.complete(null);
      health.written();
    } else {
      health.writeFailed(Objects.requireNonNull(failure), time.nanoTime());
      write.done.completeExceptionally(failure);
      lookIn(0);
    }
    goOn();
  }

  private void goOn() {
    takeHeard();
    writeNext();
  }

  private void connect() {
    if (stopped || link != null) {
      return;
    }
    links
        .open(facts.channel(), message -> thread.run(() -> hear(message)))
        .whenCompleteAsync(
            (made, failure) -> {
              if (failure == null && stopped) {
                made.close();
              } else if (failure == null) {
                connected(made);
              } else if (!stopped) { // else it is this end that has ended it
                health.failed(failure);
                thread.later(this::connect, pauses.nextMillis());
              }
            },
            thread.executor());
  }

  private void connected(RedisLink made) {
    link = made;
    failures = 0;
    newLink = true;
    need.raise();
    made.onLoss(() -> thread.run(() -> lost(made)));
    eviction.check(made.commands());
    lookIn(0);
  }

  private void lost(RedisLink which) {
    if (!which.equals(link) || stopped) {
      return;
    }
    need.raise();
    newLink = true;
    if (address.cluster()) {
      lookIn(0); // its connections come back by themselves
    } else {
      health.failed(new IllegalStateException("the connection was lost"));
      reconnect();
    }
  }

  private void reconnect() {
    drop();
    thread.later(this::connect, pauses.nextMillis());
  }

  private void drop() {
    RedisLink now = link;
    link = null;
    if (now != null) {
      now.close();
    }
  }

  private void lookIn(long millis) {
    if (!looking && !stopped) {
      if (next != null) {
        next.cancel(false);
      }
      next = thread.later(this::look, millis);
    }
  }

  private void look() {
    RedisLink now = link;
    if (now == null || looking || stopped) {
      return; // who connects will look
    }
    looking = true;
    long begun = time.nanoTime();
    // What is heard while the answer is on its way, Redis may not have had when it answered.
    Turn known = mirror.turn();
    facts
        .look(now.commands())
        .whenCompleteAsync(
            (seen, failure) -> {
              looking = false;
              if (failure != null) {
                lookFailed(now, failure);
              } else if (now.equals(link)) {
                lacking |= seen.turn().lacks(known);
                looked(now, seen, TimeUnit.NANOSECONDS.toMillis(time.nanoTime() - begun));
              }
            },
            thread.executor());
  }

  private void lookFailed(RedisLink now, Throwable failure) {
    health.lookFailed(failure);
    failures++;
    boolean stuck = failures >= FAILURES_OF_A_LINK && !RedisHealth.isRefusal(failure);
    if (now.equals(link) && (stuck || RedisHealth.isReadOnly(failure))) {
      reconnect();
    } else {
      lookIn(pauses.nextMillis());
    }
  }

  private void looked(RedisLink now, Look seen, long tookMillis) {
    failures = 0;
    pauses.reset();
    clock.told(seen.clockMillis(), tookMillis);
    health.answered(time.nanoTime());
    if (need.isDeaf(mirror.turn())) {
      reconnect();
      return;
    }
    if (need.isDue(seen.turn(), mirror.turn(), lacking, time.nanoTime())) {
      read(now);
    }
    lookIn(LOOK_MILLIS * 3 / 4 + ThreadLocalRandom.current().nextLong(LOOK_MILLIS / 2));
  }

  private void read(RedisLink now) {
    if (reading) {
      return;
    }
    reading = true;
    need.begun(time.nanoTime());
    boolean lost = newLink || lacking;
    newLink = false;
    mending
        .read(now.commands(), lost, thread.executor())
        .whenCompleteAsync(this::wasRead, thread.executor());
  }

  private void wasRead(@Nullable Snapshot snapshot, @Nullable Throwable failure) {
    reading = false;
    if (snapshot == null) {
      need.raise();
      newLink = true;
      health.failed(Objects.requireNonNull(failure));
    } else if (snapshot.torn() || newLink) {
      need.raise(); // its pages may be of more than one Redis
      lookIn(0);
    } else {
      lacking = false;
      mirror.take(snapshot);
      need.done(snapshot.turn());
      if (listener != null) {
        listener.all(snapshot.facts());
      }
      tell(new Batch(List.of(), snapshot.gone()));
    }
    goOn();
  }

  private void hear(String message) {
    RedisChange change = RedisChange.parse(message);
    if (change == null) {
      facts.tellOfUnknown();
    } else if (heard.size() < MOST_HEARD) {
      heard.add(change);
    } else {
      heard.clear();
      need.raise();
      lookIn(0);
    }
    takeHeard();
  }

  private void tell(Batch batch) {
    if (listener != null && !batch.isEmpty()) {
      listener.changed(batch);
    }
  }

  private void takeHeard() {
    while (!writing && !reading && !heard.isEmpty()) {
      take(heard.remove());
    }
  }

  private void take(RedisChange change) {
    Turn known = mirror.turn();
    boolean sameEra = change.turn().era().equals(known.era());
    boolean missed = !sameEra || change.turn().number() > known.number() + 1;
    if (missed || (change.again() && !facts.isOwn(change))) {
      need.raise();
      lookIn(ThreadLocalRandom.current().nextLong(MOST_PATIENCE_MILLIS));
    }
    if (!sameEra || change.turn().number() <= known.number()) {
      return; // what is to be read, or was
    }
    mirror.reached(change.turn().number());
    if (!facts.isOwn(change)) {
      tell(mirror.heard(change, time.nanoTime()));
    }
  }
}
