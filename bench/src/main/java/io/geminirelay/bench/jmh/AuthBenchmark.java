package io.geminirelay.bench.jmh;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.flow.guard.AdminPass;
import io.geminirelay.flow.guard.AuthHandler;
import io.geminirelay.flow.guard.ClientPasses;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to learn who calls, by how many clients there are and where the token stands. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AuthBenchmark {
  private static final String PATH = "/v1beta/models/gemini-2.5-flash:generateContent";

  /** Clients that are configured; the last of them calls. */
  @Param({"1", "100"})
  public int clients;

  /** Which header has the token. */
  @Param({"x-goog-api-key", "authorization"})
  public String header = "x-goog-api-key";

  private final HttpRequest head =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH);
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Exchange exchange = new Exchange("id", head, 0);

  private static ClientConfig client(int number) {
    byte[] digest = Secret.sha256(token(number).getBytes(StandardCharsets.US_ASCII));
    List<String> models = List.of("gemini-2.5-*");
    return new ClientConfig("c" + number, digest, 0, 0, 0, models, List.of(), Priority.NORMAL);
  }

  private static String token(int number) {
    return "client-token-of-number-" + number;
  }

  /** Builds the stage. */
  @Setup
  public void prepare() throws Exception {
    EngineConfig config = Equipment.BARE.config();
    List<ClientConfig> all = IntStream.range(0, clients).mapToObj(AuthBenchmark::client).toList();
    AdminPass admin = AdminPass.of(config, new AdminCheck(TimeSource.SYSTEM));
    String prefix = header.equals("authorization") ? "Bearer " : "";
    head.headers()
        .set("host", "localhost")
        .set("content-type", "application/json")
        .set(header, prefix + token(clients - 1));
    exchange.classified(Route.NATIVE, PATH, "gemini-2.5-flash", true);
    channel.attr(Exchange.KEY).set(exchange);
    channel.pipeline().addLast(new AuthHandler(new ClientPasses(all, false), admin, Set.of()));
    channel.pipeline().addLast(new Swallowing());
  }

  /**
   * One request that passes.
   *
   * @return who calls
   */
  @Benchmark
  public @Nullable ClientConfig pass() {
    channel.pipeline().fireChannelRead(head);
    return exchange.client();
  }

  private static final class Swallowing extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      // The head is used again.
    }
  }
}
