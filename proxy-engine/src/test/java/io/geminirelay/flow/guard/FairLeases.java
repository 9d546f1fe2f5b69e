package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.LeaseStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server of leases in the process, strict as a real one, that can be away or keep silent. */
final class FairLeases implements LeaseStore {
  private final TimeSource time;
  private final Map<String, Bucket> buckets = new HashMap<>();
  private final List<Runnable> unanswered = new ArrayList<>();
  private boolean up = true;
  private boolean silent;
  private int asks;

  private static final class Bucket {
    private double used;
    private long atNanos;

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

  /** How often it was asked for something. */
  synchronized int asks() {
    return asks;
  }

  /** What is left of the limit {@code name}, with {@code perMinute} and as many at once. */
  synchronized long room(String name, long perMinute) {
    return answer(new Ask(name, perMinute, perMinute, 0, 0)).room();
  }

  @Override
  public synchronized boolean isUp() {
    return up;
  }

  @Override
  public CompletionStage<List<Answer>> ask(List<Ask> wanted) {
    List<Answer> answers = tryAnswer(wanted);
    if (answers == null) {
      return CompletableFuture.failedStage(new IllegalStateException("away"));
    }
    CompletableFuture<List<Answer>> answered = new CompletableFuture<>();
    synchronized (this) {
      if (silent) {
        unanswered.add(() -> answered.complete(answers));
        return answered;
      }
    }
    answered.complete(answers);
    return answered;
  }

  private synchronized @Nullable List<Answer> tryAnswer(List<Ask> wanted) {
    asks += wanted.size();
    return up ? wanted.stream().map(this::answer).toList() : null;
  }

  private Answer answer(Ask ask) {
    long now = time.nanoTime();
    Bucket bucket = buckets.computeIfAbsent(ask.name(), x -> new Bucket(now));
    double back = (double) (now - bucket.atNanos) * ask.perMinute() / TimeUnit.MINUTES.toNanos(1);
    bucket.used = Math.max(0, Math.max(0, bucket.used - back) + ask.owed());
    bucket.atNanos = now;
    long granted =
        Math.max(0, Math.min(ask.want(), (long) Math.floor(ask.capacity() - bucket.used)));
    bucket.used += granted;
    return new Answer(granted, (long) Math.floor(ask.capacity() - bucket.used));
  }
}
