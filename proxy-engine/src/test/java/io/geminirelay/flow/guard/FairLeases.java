package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.LeaseStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server of leases in the process, strict as a real one, that can be away or keep silent. */
final class FairLeases implements LeaseStore {
  private static final long HEARD_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final TimeSource time;
  private final Map<String, Bucket> buckets = new HashMap<>();
  private final Map<String, Integer> asked = new HashMap<>();
  private final List<Runnable> unanswered = new ArrayList<>();
  private final Deque<Answered> underWay = new ArrayDeque<>();
  private long wayNanos;
  private volatile boolean broken;
  private boolean up = true;
  private boolean silent;
  private int asks;
  private String failing = "";

  private record Answered(long atNanos, Runnable told) {}

  private record Held(long units, long atNanos) {}

  private static final class Bucket {
    private double used;
    private long atNanos;
    private final Map<String, Held> held = new HashMap<>();

    private Bucket(long now) {
      atNanos = now;
    }
  }

  FairLeases(TimeSource time) {
    this.time = time;
  }

  /** From now on it can be reached, or not. */
  synchronized void up(boolean reachable) {
    up = reachable;
  }

  /** From now on it does what it is asked and says nothing; afterwards it says all it kept. */
  void silent(boolean keepsSilent) {
    List<Runnable> late;
    synchronized (this) {
      silent = keepsSilent;
      late = List.copyOf(unanswered);
      unanswered.clear();
    }
    late.forEach(Runnable::run);
  }

  /** Forgets everything, as a server without a disk does at its restart. */
  synchronized void forget() {
    buckets.clear();
  }

  /** So long an answer takes from now on; {@link #pass} brings it. */
  synchronized void way(Duration takes) {
    wayNanos = takes.toNanos();
  }

  /** From now on it throws whatever it is asked, or not. */
  void broken(boolean throwing) {
    broken = throwing;
  }

  /** Time has passed: brings the answers that took so long. */
  void pass() {
    List<Runnable> arrived = new ArrayList<>();
    synchronized (this) {
      while (!underWay.isEmpty() && time.nanoTime() - underWay.element().atNanos() >= 0) {
        arrived.add(underWay.remove().told());
      }
    }
    arrived.forEach(Runnable::run);
  }

  /** Of this limit nothing is heard from now on; empty for none. */
  synchronized void failing(String name) {
    failing = name;
  }

  /** How often it was asked for the limit {@code name}. */
  synchronized int asks(String name) {
    return asked.getOrDefault(name, 0);
  }

  /** How often it was asked for something. */
  synchronized int asks() {
    return asks;
  }

  /** What can be leased of the limit {@code name}, with {@code perMinute} and as many at once. */
  synchronized long free(String name, long perMinute) {
    return answer("nobody", new Ask(name, perMinute, perMinute, 0, 0, -1)).room();
  }

  /** What is left of it, in the hands of somebody or not. */
  synchronized long room(String name, long perMinute) {
    Answer answer = answer("nobody", new Ask(name, perMinute, perMinute, 0, 0, -1));
    return answer.room() + answer.elsewhere();
  }

  @Override
  public synchronized boolean isUp() {
    return up;
  }

  @Override
  public CompletionStage<List<Optional<Answer>>> ask(String holder, List<Ask> wanted) {
    if (broken) {
      throw new IllegalStateException("broken");
    }
    List<Optional<Answer>> answers = tryAnswer(holder, wanted);
    if (answers == null) {
      return CompletableFuture.failedStage(new IllegalStateException("away"));
    }
    CompletableFuture<List<Optional<Answer>>> answered = new CompletableFuture<>();
    synchronized (this) {
      if (wayNanos > 0) {
        underWay.add(new Answered(time.nanoTime() + wayNanos, () -> answered.complete(answers)));
        return answered;
      }
      if (silent) {
        unanswered.add(() -> answered.complete(answers));
        return answered;
      }
    }
    answered.complete(answers);
    return answered;
  }

  private synchronized @Nullable List<Optional<Answer>> tryAnswer(String holder, List<Ask> wanted) {
    asks += wanted.size();
    wanted.forEach(ask -> asked.merge(ask.name(), 1, Integer::sum));
    List<Optional<Answer>> answers = new ArrayList<>();
    wanted.forEach(
        ask ->
            answers.add(
                ask.name().equals(failing) ? Optional.empty() : Optional.of(answer(holder, ask))));
    return up ? answers : null;
  }

  private Answer answer(String holder, Ask ask) {
    long now = time.nanoTime();
    Bucket bucket = buckets.computeIfAbsent(ask.name(), x -> new Bucket(now));
    double back = (double) (now - bucket.atNanos) * ask.perMinute() / TimeUnit.MINUTES.toNanos(1);
    bucket.held.values().removeIf(each -> now - each.atNanos() > HEARD_NANOS);
    long inHands = bucket.held.values().stream().mapToLong(Held::units).sum();
    double left = Math.max(Math.max(0, Math.min(bucket.used, inHands)), bucket.used - back);
    bucket.used = Math.max(0, left + ask.owed());
    bucket.held.remove(holder);
    int others = bucket.held.size();
    long elsewhere = bucket.held.values().stream().mapToLong(Held::units).sum();
    bucket.atNanos = now;
    long granted =
        Math.max(0, Math.min(ask.want(), (long) Math.floor(ask.capacity() - bucket.used)));
    bucket.used += granted;
    if (ask.held() >= 0) {
      bucket.held.put(holder, new Held(ask.held() + granted, now));
    }
    double room = ask.capacity() - bucket.used;
    int thousandths = (int) ((room - Math.floor(room)) * 1000);
    return new Answer(granted, (long) Math.floor(room), thousandths, others, elsewhere);
  }
}
