package io.geminirelay.bench.load.client;

import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.wire.Events;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Recorder;

/**
 * What the clients have seen. The event loop writes, others read; of what can be wrong the first is
 * kept.
 */
final class Tally {
  private final AtomicReference<String> failure = new AtomicReference<>("");
  private final Recorder latencies;
  private final boolean timesEvents;
  private final boolean streams;
  private final CountDownLatch served;

  /** Written by the event loop alone. */
  private volatile long count;

  /** Events whose time could not be read; written by the event loop alone. */
  private volatile long unreadable;

  /**
   * Nothing yet.
   *
   * @param latencies takes microseconds
   */
  Tally(Workload workload, Recorder latencies) {
    this.latencies = latencies;
    this.streams = workload.ask().streams();
    this.timesEvents = streams && workload.shape().hasLatency();
    this.served = new CountDownLatch(workload.slots().count());
  }

  /** Answers or events so far. */
  long count() {
    return count;
  }

  /** Events without a delay, because a proxy had cut them in their time. */
  long unreadable() {
    return unreadable;
  }

  /** Reaches zero once every slot has had an answer or an event. */
  CountDownLatch served() {
    return served;
  }

  /** A slot has had its first answer or event. */
  void firstServed() {
    served.countDown();
  }

  /** A whole answer has come to what was due then. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void answered(long dueNanos) {
    if (!streams) {
      count++;
      latencies.recordValue(micros(dueNanos));
    }
  }

  /**
   * Counts the events in what came of a stream; borrows.
   *
   * @return how many there were
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  int events(ByteBuf bytes) {
    int to = bytes.writerIndex();
    int seen = 0;
    int at = bytes.indexOf(bytes.readerIndex(), to, Events.MARK);
    while (at >= 0) {
      seen++;
      if (timesEvents) {
        delay(Events.due(bytes, at));
      }
      // What follows the mark is as long at least, wherever the event ends.
      at = at + Events.DIGITS < to ? bytes.indexOf(at + 1, to, Events.MARK) : -1;
    }
    count += seen;
    return seen;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private void delay(long dueNanos) {
    if (dueNanos == Events.UNREADABLE) {
      unreadable++;
    } else {
      latencies.recordValue(micros(dueNanos));
    }
  }

  private static long micros(long dueNanos) {
    return Math.max(0, (System.nanoTime() - dueNanos) / 1_000);
  }

  /** Keeps what was wrong, if it is the first. */
  void fail(String reason) {
    if (failure.compareAndSet("", reason)) {
      // Nobody has to wait for what will not come.
      while (served.getCount() > 0) {
        served.countDown();
      }
    }
  }

  /** From now on connections may end. */
  void closing() {
    failure.compareAndSet("", "closed");
  }

  /** What was wrong, or empty. */
  String failure() {
    return failure.get();
  }
}
