package io.geminirelay.testing.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the simulator saw: requests, answers, cancellations, connections. Thread-safe; the {@code
 * await} methods wait at most thirty seconds and then fail with what was seen instead.
 */
public final class Journal {
  private final boolean keepsRequests;
  private final List<ReceivedRequest> requests = new ArrayList<>();
  private final List<Answered> answers = new ArrayList<>();
  private final List<Cancelled> cancelled = new ArrayList<>();
  private final List<String> malformed = new ArrayList<>();
  private final Map<String, LongAdder> byKey = new ConcurrentHashMap<>();
  private final LongAdder requestCount = new LongAdder();
  private final LongAdder cancelCount = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private final AtomicLong acceptedConnections = new AtomicLong();
  private final AtomicInteger openConnections = new AtomicInteger();
  private final AtomicInteger openStreams = new AtomicInteger();
  private final Waiters waiters = new Waiters();

  /** One answer that was begun. */
  public record Answered(ReceivedRequest request, int status) {}

  /** Keeps every request, or only counts them, as load runs need it. */
  public Journal(boolean keepsRequests) {
    this.keepsRequests = keepsRequests;
  }

  /** All requests so far, in order of arrival; empty if they are only counted. */
  public synchronized List<ReceivedRequest> requests() {
    return List.copyOf(requests);
  }

  /** The latest request. */
  public synchronized ReceivedRequest lastRequest() {
    if (requests.isEmpty()) {
      throw new AssertionError("no request arrived");
    }
    return requests.get(requests.size() - 1);
  }

  /** Number of requests, kept or not. */
  public long requestCount() {
    return requestCount.sum();
  }

  /** Number of requests made with this key. */
  public long countOf(String key) {
    LongAdder count = byKey.get(key);
    return count == null ? 0 : count.sum();
  }

  /** Number of requests by key. */
  public Map<String, Long> countsByKey() {
    Map<String, Long> counts = new TreeMap<>();
    byKey.forEach((key, count) -> counts.put(key, count.sum()));
    return counts;
  }

  /** Number of answers with this status to this key for this model; null stands for any. */
  public synchronized long countOf(@Nullable String key, @Nullable String model, int status) {
    return answers.stream()
        .filter(answer -> answer.status() == status)
        .filter(answer -> key == null || key.equals(answer.request().key()))
        .filter(answer -> model == null || model.equals(ModelName.of(answer.request())))
        .count();
  }

  /** All answers begun so far, in order. */
  public synchronized List<Answered> answers() {
    return List.copyOf(answers);
  }

  /** Requests whose sender went away before the end of the answer. */
  public synchronized List<Cancelled> cancelled() {
    return List.copyOf(cancelled);
  }

  /** Number of such requests, kept or not. */
  public long cancelCount() {
    return cancelCount.sum();
  }

  /** What arrived and was no HTTP request, in words. */
  public synchronized List<String> malformed() {
    return List.copyOf(malformed);
  }

  /** Body bytes handed to connections; at most one write buffer ahead of what readers took. */
  public long sentBytes() {
    return sentBytes.sum();
  }

  public int openConnections() {
    return openConnections.get();
  }

  public long acceptedConnections() {
    return acceptedConnections.get();
  }

  /** Open HTTP/2 streams. */
  public int openStreams() {
    return openStreams.get();
  }

  /** Waits for at least this many requests and returns all. */
  public List<ReceivedRequest> awaitRequests(int count) {
    await(() -> requestCount() >= count, count + " requests");
    return requests();
  }

  /** Waits for at least this many cancellations and returns all. */
  public List<Cancelled> awaitCancelled(int count) {
    await(() -> cancelCount() >= count, count + " cancellations");
    return cancelled();
  }

  /** Waits until exactly this many connections are open. */
  public void awaitOpenConnections(int count) {
    await(() -> openConnections() == count, count + " open connections");
  }

  /** Waits until exactly this many HTTP/2 streams are open. */
  public void awaitOpenStreams(int count) {
    await(() -> openStreams() == count, count + " open streams");
  }

  /** Waits for a condition over this journal. */
  public void await(BooleanSupplier condition, String what) {
    waiters.await(condition, () -> "waited in vain for " + what + "; seen: " + this);
  }

  /** Forgets requests, answers, counts and cancellations; open connections stay counted. */
  public synchronized void clear() {
    requests.clear();
    answers.clear();
    cancelled.clear();
    malformed.clear();
    byKey.clear();
    requestCount.reset();
    cancelCount.reset();
    sentBytes.reset();
  }

  @Override
  public String toString() {
    return requestCount()
        + " requests, "
        + cancelCount()
        + " cancelled, "
        + openConnections()
        + " of "
        + acceptedConnections()
        + " connections open, "
        + openStreams()
        + " streams open, last requests "
        + requests().stream().skip(Math.max(0, requests().size() - 5L)).toList();
  }

  void received(ReceivedRequest request) {
    String key = request.key();
    if (key != null) {
      byKey.computeIfAbsent(key, ignored -> new LongAdder()).increment();
    }
    if (keepsRequests) {
      synchronized (this) {
        requests.add(request);
      }
    }
    requestCount.increment();
    waiters.tell();
  }

  void answered(ReceivedRequest request, int status) {
    if (keepsRequests) {
      synchronized (this) {
        answers.add(new Answered(request, status));
      }
      waiters.tell();
    }
  }

  void cancelled(Cancelled event) {
    if (keepsRequests) {
      synchronized (this) {
        cancelled.add(event);
      }
    }
    cancelCount.increment();
    waiters.tell();
  }

  void malformed(String what) {
    synchronized (this) {
      malformed.add(what);
    }
    waiters.tell();
  }

  void sent(long bytes) {
    sentBytes.add(bytes);
  }

  void connectionOpened() {
    acceptedConnections.incrementAndGet();
    openConnections.incrementAndGet();
    waiters.tell();
  }

  void connectionClosed() {
    openConnections.decrementAndGet();
    waiters.tell();
  }

  void streamOpened() {
    openStreams.incrementAndGet();
    waiters.tell();
  }

  void streamClosed() {
    openStreams.decrementAndGet();
    waiters.tell();
  }
}
