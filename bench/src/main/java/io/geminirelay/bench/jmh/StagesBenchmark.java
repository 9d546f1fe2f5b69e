package io.geminirelay.bench.jmh;

import ch.qos.logback.classic.Level;
import io.geminirelay.Stage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * What a request costs in the stages in front of forwarding, and its answer on the way back through
 * them; whoever stands in for forwarding answers at once, with a head of its own and no body. No
 * codec, no upstream.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StagesBenchmark {

  /** How much of the gateway there is; the log is off. */
  @Param({"BARE", "EVERYTHING"})
  public Equipment equipment = Equipment.BARE;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Talk talk = Talk.unary();
  private final HttpRequest head =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, talk.path());
  private final Answering sink = new Answering();

  /** Owner: this benchmark. Used again and again. */
  private final ByteBuf body =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer().writeBytes(talk.body().getBytes(StandardCharsets.US_ASCII)));

  private final LastHttpContent last = new DefaultLastHttpContent(body);
  private @Nullable NullLog log;

  /** Builds the stages. */
  @Setup
  public void prepare() throws Exception {
    log = new NullLog(Level.WARN);
    MemoryGateway gateway =
        new MemoryGateway(
            equipment,
            channel.eventLoop(),
            () -> {
              throw new IllegalStateException("nothing goes upstream here");
            });
    channel.pipeline().addLast(new Dropping());
    gateway.stages().accept(channel.pipeline());
    channel.pipeline().replace(Stage.FORWARD.name(), Stage.FORWARD.name(), sink);
    head.headers()
        .set(HttpHeaderNames.HOST, "localhost")
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, talk.body().length())
        .set("x-goog-api-key", Talk.TOKEN);
  }

  /** Closes the channel. */
  @TearDown
  public void stop() {
    channel.close();
    if (log != null) {
      log.close();
    }
  }

  /**
   * One request and its answer.
   *
   * @return answers so far
   */
  @Benchmark
  public int request() {
    channel.pipeline().fireChannelRead(head);
    channel.pipeline().fireChannelRead(last);
    channel.runPendingTasks();
    return sink.answers;
  }

  /** Stands where the codec is. */
  private static final class Dropping extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ReferenceCountUtil.release(message);
      promise.setSuccess();
    }
  }

  /** Stands in for forwarding. */
  private static final class Answering extends ChannelInboundHandlerAdapter {
    private int answers;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      boolean ended = message instanceof LastHttpContent;
      ReferenceCountUtil.release(message);
      if (ended) {
        answers++;
        HttpResponse answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        ctx.write(answer);
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
      }
    }
  }
}
