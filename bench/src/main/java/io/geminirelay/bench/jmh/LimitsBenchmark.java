package io.geminirelay.bench.jmh;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.guard.AddressLimitHandler;
import io.geminirelay.flow.guard.AddressLimits;
import io.geminirelay.flow.guard.ClientLimitHandler;
import io.geminirelay.flow.guard.ClientLimits;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the limits of addresses and clients add to a request; with none they are not there. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LimitsBenchmark {
  private static final String PATH = "/v1beta/models/gemini-2.5-flash:generateContent";
  private static final long MUCH = 2_000_000_000L;

  /** Which limits there are. */
  @Param({"none", "address", "requests", "all"})
  public String limits = "none";

  private final HttpRequest head =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH);
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private ClientConfig client = client(0, 0);
  private Caller caller = Caller.UNKNOWN;

  private static ClientConfig client(long requests, long tokens) {
    return new ClientConfig(
        "fleet",
        new byte[32],
        requests,
        tokens,
        tokens == 0 ? 0 : 100,
        List.of(),
        List.of(),
        Priority.NORMAL);
  }

  /** Builds the two stages as far as they are configured. */
  @Setup
  public void prepare() throws Exception {
    caller = new Caller(InetAddress.getByName("192.0.2.1"), false, null);
    client = client(limits.equals("none") ? 0 : MUCH, limits.equals("all") ? MUCH : 0);
    if (limits.equals("address") || limits.equals("all")) {
      // Slow and deep: a bucket that is full again by the next request would be let go of.
      AddressLimits addresses = new AddressLimits(60_000_000, 2_000_000_000, TimeSource.SYSTEM);
      channel.pipeline().addLast(new AddressLimitHandler(addresses, request -> Route.NATIVE));
    }
    if (limits.equals("requests") || limits.equals("all")) {
      ClientLimits clients = ClientLimits.of(List.of(client), TimeSource.SYSTEM);
      channel.pipeline().addLast(new ClientLimitHandler(clients));
    }
    channel.pipeline().addLast(new Swallowing());
  }

  /**
   * One request that passes, from its head to its end.
   *
   * @return the exchange, which is over
   */
  @Benchmark
  public Exchange pass() {
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(Route.NATIVE, PATH, "gemini-2.5-flash", true);
    exchange.client(client);
    exchange.from(request -> caller);
    channel.attr(Exchange.KEY).set(exchange);
    channel.pipeline().fireChannelRead(head);
    exchange.closed();
    return exchange;
  }

  private static final class Swallowing extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      // The head is used again.
    }
  }
}
