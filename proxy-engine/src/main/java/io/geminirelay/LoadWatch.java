package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.OverloadConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Descriptors;
import io.geminirelay.base.load.DirectMemory;
import io.geminirelay.base.load.LiveHeap;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.load.LoadStep;
import io.geminirelay.base.load.Signal;
import io.geminirelay.flow.accept.ClientConnections;
import io.netty.buffer.ByteBufAllocator;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks four times a second at what the gateway runs on, and tells the {@link Load}. On a thread of
 * its own, as event loops that are late are among what it has to see.
 */
final class LoadWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LoadWatch.class);
  private static final int PERIOD_MILLIS = 250;

  /** Looks that make a second: what is slow to ask for is asked for once in so many. */
  private static final int SLOW = 4;

  private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * With fewer under way, late event loops are the machine's doing, and refusing would not help:
   * clients are led elsewhere, and no more.
   */
  private static final int MANY_REQUESTS = 100;

  private static final double NEAR = LoadStep.NEAR.from();

  private final Load load;
  private final Supplier<Generation> current;
  private final LongSupplier inFlight;
  private final LongSupplier lateNanos;
  private final ClientConnections connections;
  private final ByteBufAllocator buffers;
  private final LiveHeap heap = new LiveHeap(STALE_NANOS);
  private final long[] late = new long[SLOW];
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "load");
            made.setDaemon(true);
            return made;
          });
  private long round;
  private long descriptors;
  private boolean blind;

  /**
   * Watches for {@code load}.
   *
   * @param current the present generation
   * @param inFlight requests under way
   * @param lateNanos how late the latest event loop is
   * @param connections are led elsewhere where that helps
   * @param buffers where the buffers of connections come from
   */
  LoadWatch(
      Load load,
      Supplier<Generation> current,
      LongSupplier inFlight,
      LongSupplier lateNanos,
      ClientConnections connections,
      ByteBufAllocator buffers) {
    this.load = load;
    this.current = current;
    this.inFlight = inFlight;
    this.lateNanos = lateNanos;
    this.connections = connections;
    this.buffers = buffers;
  }

  void start() {
    var unused =
        thread.scheduleWithFixedDelay(
            this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  void stop() {
    thread.shutdownNow();
  }

  private void look() {
    try {
      Generation now = current.get();
      now.guards().holds().weigh();
      Map<Signal, Double> sample = sample(now);
      LoadStep before = load.step();
      if (load.take(sample)) {
        tell(before, sample);
      }
      act(sample);
      round++;
      blind = false;
    } catch (RuntimeException | Error e) {
      // The next look may do better, as a want of memory or descriptors can pass; without any the
      // step would stay what it is.
      if (!blind) {
        blind = true;
        LOG.error("the load cannot be looked at; its step stays {}", load.step(), e);
      }
    }
  }

  private void act(Map<Signal, Double> sample) {
    if (load.isNear() && round % SLOW == 0) {
      connections.makeRoom();
    }
    // Requests are refused because of what may long be garbage.
    if (sample.getOrDefault(Signal.HEAP, 0.0) >= LoadStep.LOW_GREEDY.from()) {
      heap.refresh(TimeSource.SYSTEM.nanoTime());
    }
  }

  private Map<Signal, Double> sample(Generation now) {
    EngineConfig config = now.config();
    OverloadConfig bounds = config.server().overload();
    Map<Signal, Double> sample = new EnumMap<>(Signal.class);
    put(
        sample,
        Signal.DIRECT_MEMORY,
        (double) DirectMemory.usedBytes(buffers),
        DirectMemory.limitBytes() * bounds.directMemory());
    put(sample, Signal.HEAP, heap.ratio(TimeSource.SYSTEM.nanoTime()), bounds.heap());
    if (round % SLOW == 0) {
      descriptors = Descriptors.open();
    }
    put(
        sample,
        Signal.DESCRIPTORS,
        (double) descriptors,
        Descriptors.limit() * bounds.descriptors());
    long underWay = inFlight.getAsLong();
    put(sample, Signal.REQUESTS, (double) underWay, bounds.maxRequests());
    put(sample, Signal.WAITING, now.outbound().room().waiting(), config.keys().maxWaiting());
    put(sample, Signal.EVENT_LOOPS, (double) lastingNanos(), (double) bounds.loopDelay().toNanos());
    if (underWay < MANY_REQUESTS) {
      sample.computeIfPresent(Signal.EVENT_LOOPS, (signal, ratio) -> Math.min(ratio, NEAR));
    }
    return sample;
  }

  private static void put(Map<Signal, Double> sample, Signal signal, double used, double bound) {
    if (bound > 0) {
      sample.put(signal, used / bound);
    }
  }

  /** The least of a second: one late look may be a collection of garbage, which is over. */
  private long lastingNanos() {
    late[(int) (round % SLOW)] = lateNanos.getAsLong();
    long least = Long.MAX_VALUE;
    for (long each : late) {
      least = Math.min(least, each);
    }
    return least;
  }

  private void tell(LoadStep before, Map<Signal, Double> sample) {
    LoadStep now = load.step();
    String signals =
        sample.entrySet().stream()
            .map(each -> "%s %.2f".formatted(each.getKey(), each.getValue()))
            .collect(Collectors.joining(", "));
    if (now.compareTo(before) > 0) {
      LOG.warn("load: {} after {}; shares of the bounds: {}", now, before, signals);
    } else {
      LOG.info("load: {} after {}; shares of the bounds: {}", now, before, signals);
    }
  }
}
