package io.geminirelay.bench.jmh;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.flow.guard.TokenGuardHandler;
import io.geminirelay.flow.guard.TokenLimit;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What the token guard adds to a request, head and body in one piece: without it, where the length
 * alone decides, where the bytes are searched for media, and where they are counted.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TokenGuardBenchmark {
  private static final String PATH = "/v1beta/models/gemini-2.5-flash:generateContent";

  /** Which of the guard's ways the request takes. */
  public enum Way {
    /** No guard at all: what the pipeline itself costs. */
    NONE(0),
    /** So short for the limit that nothing is looked at. */
    LENGTH(1_000_000_000),
    /** A limit as it may be set: all but the shortest bodies are searched. */
    SEARCH_125K(125_000),
    /** Shorter than the limit: one search. */
    SEARCH(1_000_000),
    /** Longer than the limit: the parser and the estimate. */
    COUNT(1);

    private final long share;

    Way(long share) {
      this.share = share;
    }
  }

  /** The way taken. */
  @Param({"NONE", "LENGTH", "SEARCH_125K", "SEARCH", "COUNT"})
  public Way way = Way.NONE;

  /** Length of the body. */
  @Param({"1000", "10000", "100000"})
  public int bodyBytes;

  private EmbeddedChannel channel = new EmbeddedChannel();
  private HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH);
  private LastHttpContent body = LastHttpContent.EMPTY_LAST_CONTENT;
  private final Sink sink = new Sink();

  private static final class Sink extends ChannelInboundHandlerAdapter {
    private int messages;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      messages++;
    }
  }

  /** Builds a pipeline and a request of prose. */
  @Setup
  public void prepare() {
    String prose = "It is a truth universally acknowledged, that a single man must be in want. ";
    String open = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"";
    String close = "\"}]}]}";
    String text = prose.repeat(bodyBytes / prose.length() + 1);
    String json = open + text.substring(0, bodyBytes - open.length() - close.length()) + close;
    body = new DefaultLastHttpContent(PooledByteBufAllocator.DEFAULT.directBuffer(bodyBytes));
    ByteBufUtil.writeAscii(body.content(), json);
    head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH);
    head.headers().set("content-length", bodyBytes);
    Exchange exchange = new Exchange("id", head, 0);
    exchange.classified(Route.NATIVE, PATH, "gemini-2.5-flash", true);
    channel = new EmbeddedChannel();
    channel.attr(Exchange.KEY).set(exchange);
    if (way != Way.NONE) {
      // A count of prose stays below half of its bytes.
      long limit = way == Way.COUNT ? bodyBytes / 2 : way.share;
      HoldBudget budget = new HoldBudget(bodyBytes);
      TokenLimit bound = new TokenLimit(limit, TokenEstimate::new, budget, Map.of());
      channel.pipeline().addLast(new TokenGuardHandler(bound));
    }
    channel.pipeline().addLast(sink);
  }

  /** Releases what {@link #prepare()} made. */
  @TearDown
  public void release() {
    channel.close();
    body.release();
  }

  /**
   * One request through the guard.
   *
   * @return messages that came through so far
   */
  @Benchmark
  public int request() {
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.fireChannelRead(head);
    pipeline.fireChannelRead(body);
    return sink.messages;
  }
}
