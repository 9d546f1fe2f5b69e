package io.geminirelay.bench.jmh;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.guard.AddressLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What the first request of an address costs: with nobody there, in a flood of addresses, and when
 * such a flood has ebbed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AddressFloodBenchmark implements TimeSource {
  private static final int FLOOD = 1_000_000;
  private static final int ADDRESSES = 1 << 16;

  /** What was before. */
  @Param({"calm", "flood", "ebb"})
  public String before = "calm";

  private final InetAddress[] addresses = new InetAddress[ADDRESSES];
  private AddressLimits limits = new AddressLimits(60, 100, TimeSource.SYSTEM);
  private long nanos;
  private int next;

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos(nanos);
  }

  private static InetAddress numbered(int first, int n) throws UnknownHostException {
    byte[] bytes = {(byte) first, (byte) (n >> 16), (byte) (n >> 8), (byte) n};
    return InetAddress.getByAddress(bytes);
  }

  /** Lets the flood come, and go. */
  @Setup
  public void prepare() throws UnknownHostException {
    limits = new AddressLimits(60, 100, this);
    for (int i = 0; i < FLOOD && !before.equals("calm"); i++) {
      limits.take(numbered(10, i));
    }
    if (before.equals("ebb")) {
      nanos += TimeUnit.HOURS.toNanos(1);
    }
    for (int i = 0; i < ADDRESSES; i++) {
      addresses[i] = numbered(11, i);
    }
  }

  /**
   * One request; in a calm or an ebb, of an address that has a full bucket or none.
   *
   * @return 0
   */
  @Benchmark
  public long take() {
    next = next + 1 & ADDRESSES - 1;
    if (next == 0 && !before.equals("flood")) {
      nanos += TimeUnit.HOURS.toNanos(1);
    }
    return limits.take(addresses[next]);
  }
}
