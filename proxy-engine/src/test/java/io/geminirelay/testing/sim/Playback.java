package io.geminirelay.testing.sim;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Plays the steps of one answer onto a wire. Lives on the event loop of the wire. */
final class Playback {
  private final ReceivedRequest request;
  private final List<Step> steps;
  private final Wire wire;
  private final Journal journal;
  private final Runnable whenFinished;

  private int next;
  private long sentBytes;
  private long floodedBlocks;
  private boolean waitsForWritability;
  private boolean over;
  private @Nullable Future<?> timer;

  Playback(
      ReceivedRequest request, Answer answer, Wire wire, Journal journal, Runnable whenFinished) {
    this.request = request;
    this.steps = answer.steps();
    this.wire = wire;
    this.journal = journal;
    this.whenFinished = whenFinished;
  }

  /** Plays until the end or until a step has to wait. */
  void run() {
    while (!over && next < steps.size()) {
      if (!steps.get(next++).play(this)) {
        return;
      }
    }
  }

  /** The reader has room again. */
  void writabilityChanged() {
    if (waitsForWritability && wire.isWritable()) {
      waitsForWritability = false;
      run();
    }
  }

  /** The other side went away; counts as a cancellation if the answer was not over. */
  void cancel(String how) {
    if (!over) {
      over = true;
      stopTimer();
      journal.cancelled(new Cancelled(request, how, System.nanoTime(), sentBytes));
    }
  }

  Wire wire() {
    return wire;
  }

  void headSent(int status) {
    journal.answered(request, status);
  }

  void count(long bytes) {
    sentBytes += bytes;
    journal.sent(bytes);
  }

  long floodedBlocks() {
    return floodedBlocks;
  }

  void flooded(int bytes) {
    floodedBlocks++;
    count(bytes);
  }

  void repeatThisStep() {
    next--;
  }

  boolean nextIsEnd() {
    return next < steps.size() && steps.get(next) == Step.Act.END;
  }

  boolean goOnWhenWritable() {
    if (wire.isWritable()) {
      return true;
    }
    waitsForWritability = true;
    wire.flush();
    writabilityChanged();
    return false;
  }

  boolean pause(Duration time) {
    wire.flush();
    timer = wire.loop().schedule(this::run, time.toNanos(), TimeUnit.NANOSECONDS);
    return false;
  }

  /** Marks the answer as given; always false, so that no step follows. */
  boolean finish() {
    if (!over) {
      over = true;
      stopTimer();
      whenFinished.run();
    }
    return false;
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
