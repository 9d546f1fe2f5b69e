package io.geminirelay.flow.outbound.connect;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.flow.keys.Exits;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Checks exits that rest or are not used, by really opening a connection to the target through
 * them, TLS included; no request is sent, and the connection is closed at once.
 *
 * <p>So a lost exit is found before a request has to, and one that is back is used again without a
 * request having to try it. Checks are spread by chance, few at once. {@link #start} and {@link
 * #stop} may be called from anywhere; everything else runs on the one event loop.
 */
public final class ExitChecks {
  private static final int AT_ONCE = 3;
  private static final long LEAST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long MOST_TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EventLoop loop;
  private final Connector connector;
  private final Exits exits;
  private final Duration every;
  private final TimeSource time;
  private final RandomGenerator random;
  private final Map<Destination, Long> dueNanos = new HashMap<>();
  private int running;
  private volatile boolean stopped;

  /**
   * Checks on {@code loop}.
   *
   * @param every pause between two checks of an exit, give or take a quarter; zero for no checks
   * @param time on whose clock checks are due
   */
  public ExitChecks(
      EventLoop loop,
      Connector connector,
      Exits exits,
      Duration every,
      TimeSource time,
      RandomGenerator random) {
    this.loop = loop;
    this.connector = connector;
    this.exits = exits;
    this.every = every;
    this.time = time;
    this.random = random;
  }

  /** Begins to check. */
  public void start() {
    if (!every.isZero()) {
      loop.execute(this::tick);
    }
  }

  /** Begins no further check. */
  public void stop() {
    stopped = true;
  }

  private void tick() {
    if (stopped) {
      return;
    }
    List<Destination> unproven = exits.unproven(every);
    dueNanos.keySet().retainAll(unproven);
    long now = time.nanoTime();
    for (Destination way : unproven) {
      if (running < AT_ONCE && isDue(way, now)) {
        dueNanos.put(way, now + jittered());
        running++;
        exits.checkBegins(way);
        connector.open(loop, way, new Check(way));
      }
    }
    long pause = Math.max(LEAST_TICK_NANOS, Math.min(MOST_TICK_NANOS, every.toNanos() / 8));
    loop.schedule(this::tick, pause, TimeUnit.NANOSECONDS);
  }

  /** An exit that came to rest is checked soon; many that fall idle together are spread. */
  private boolean isDue(Destination way, long now) {
    @Nullable Long due = dueNanos.get(way);
    if (due == null) {
      due = now + (exits.restNanos(way) > 0 ? 0 : random.nextLong(every.toNanos() / 4 + 1));
      dueNanos.put(way, due);
    }
    return now - due >= 0;
  }

  private long jittered() {
    long nanos = every.toNanos();
    return nanos - nanos / 4 + random.nextLong(nanos / 2 + 1);
  }

  /** One connection that proves that there is a way. */
  private final class Check implements ConnectListener {
    private final Destination way;

    Check(Destination way) {
      this.way = way;
    }

    @Override
    public void connected(Channel channel, boolean http2) {
      running--;
      channel.close();
    }

    @Override
    public void failed(Fault fault) {
      running--;
      exits.checkFailed(way, fault.kind());
    }
  }
}
