package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/2 with prior knowledge. */
@Timeout(60)
class Http2ConnectionTest {
  private static final MultiThreadIoEventLoopGroup LOOP =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private static final int MORE_THAN_A_STREAM_WINDOW = 3 << 20;
  private final Queue<String> events = new ConcurrentLinkedQueue<>();
  private AcceptServer server;
  private Channel client;

  @BeforeEach
  void start() throws Exception {
    server = AcceptServer.plain();
    client =
        new Bootstrap()
            .group(LOOP)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forClient()
                                .validateHeaders(false)
                                .encoderIgnoreMaxHeaderListSize(true)
                                .build(),
                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                            new Connection());
                  }
                })
            .connect(server.listener.address())
            .sync()
            .channel();
  }

  @AfterEach
  void stop() {
    client.close().syncUninterruptibly();
    server.close();
  }

  @AfterAll
  static void end() {
    LOOP.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private final class Connection extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2GoAwayFrame) {
        events.add("goaway");
      }
      ReferenceCountUtil.release(message);
    }
  }

  private final class Stream extends SimpleChannelInboundHandler<Object> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2HeadersFrame frame) {
        events.add("status " + frame.headers().status() + (frame.isEndStream() ? " end" : ""));
      } else if (message instanceof Http2DataFrame frame) {
        events.add(
            "data "
                + frame.content().toString(StandardCharsets.UTF_8)
                + (frame.isEndStream() ? " end" : ""));
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Http2ResetFrame reset) {
        events.add("reset " + Http2Error.valueOf(reset.errorCode()));
      }
    }
  }

  private static Http2Headers head(String method, String path) {
    return new DefaultHttp2Headers(false).method(method).scheme("http").path(path).authority("a");
  }

  private Http2StreamChannel send(Http2Headers headers, boolean end) {
    Http2StreamChannel stream =
        new Http2StreamChannelBootstrap(client)
            .handler(new Stream())
            .open()
            .syncUninterruptibly()
            .getNow();
    stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, end)).syncUninterruptibly();
    return stream;
  }

  private void awaitEvent(String start) {
    try {
      AcceptServer.await(() -> events.stream().anyMatch(event -> event.startsWith(start)));
    } catch (AssertionError e) {
      throw new AssertionError(start + " is missing in " + events, e);
    }
  }

  @Test
  void servesStreamsWithoutNotesAmongTheHeaders() {
    send(head("GET", "/a").set("x-http2-scheme", "spoof").set("x-http2-path", "/p"), true);
    awaitEvent("data GET /a  end");
    assertFalse(server.headers.remove().contains("x-http2"));
    Http2StreamChannel stream = send(head("POST", "/b"), false);
    stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[] {'x'}), true));
    awaitEvent("data POST /b x end");
    events.clear();
    send(head("HEAD", "/c"), true);
    awaitEvent("status 200 end");
  }

  @Test
  void refusesMalformedRequests() {
    assertRefused(head("GET", "/a#b"), "status 400");
    assertRefused(head("GET", "a"), "status 400");
    assertRefused(head("GET", "/a b"), "status 400");
    assertRefused(head("G T", "/"), "status 400");
    assertRefused(head("GET", "/" + "a".repeat(600)), "status 414");
    assertRefused(head("GET", "/").authority("u@a"), "status 400");
    assertRefused(head("GET", "/").set("host", "b"), "status 400");
    assertRefused(head("GET", "/").set("a", "b".repeat(3000)), "status 431");
    Http2Headers nameless = head("GET", "/");
    nameless.remove(":authority");
    assertRefused(nameless, "status 400");
    assertRefused(head("CONNECT", "/"), "");
    assertRefused(head("GET", "/").set("connection", "close"), "reset PROTOCOL_ERROR");
    assertRefused(head("GET", "/").set("transfer-encoding", "chunked"), "reset PROTOCOL_ERROR");
    assertRefused(head("GET", "/").set("A", "b"), "reset PROTOCOL_ERROR");
    Http2Headers pathless = head("GET", "/");
    pathless.remove(":path");
    assertRefused(pathless, "reset PROTOCOL_ERROR");
    assertTrue(server.good.isEmpty(), server.good::toString);
    assertTrue(client.isActive());
  }

  private void assertRefused(Http2Headers headers, String event) {
    events.clear();
    send(headers, true);
    awaitEvent(event);
    assertFalse(events.stream().anyMatch(e -> e.startsWith("status 200")));
  }

  @Test
  void resetsStreamWithoutErrorWhenAnsweredEarly() {
    send(head("POST", "/early"), false);
    awaitEvent("reset NO_ERROR");
    assertTrue(events.contains("data early end"), events::toString);
  }

  @Test
  void pausedUploadsDoNotStallTheOthersOfTheConnection() {
    List<Http2StreamChannel> paused = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Http2StreamChannel upload = send(head("POST", "/pause"), false);
      paused.add(upload);
      upload.writeAndFlush(
          new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[MORE_THAN_A_STREAM_WINDOW])));
    }
    AcceptServer.await(() -> server.good.size() == 4);
    Http2StreamChannel stream = send(head("POST", "/b"), false);
    stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[] {'x'}), true));
    awaitEvent("data POST /b x end");
    assertFalse(events.stream().anyMatch(event -> event.contains("/pause")), events::toString);
    paused.forEach(Http2StreamChannel::close);
    AcceptServer.await(
        () -> server.gone.stream().filter("/pause"::equals).count() == paused.size());
  }

  @Test
  void refusesBodyThatDiffersFromItsLength() {
    Http2StreamChannel stream = send(head("POST", "/b").set("content-length", "5"), false);
    stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[3]), true));
    awaitEvent("reset PROTOCOL_ERROR");
  }

  @Test
  void tellsStagesThatTheClientResetItsStream() {
    Http2StreamChannel stream = send(head("GET", "/hold"), true);
    AcceptServer.await(() -> server.held.size() == 1);
    stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
    AcceptServer.await(() -> server.gone.contains("/hold"));
    assertTrue(client.isActive());
  }

  @Test
  void drainsWithGoAwayAfterTheAnswersInFlight() throws Exception {
    send(head("GET", "/hold"), true);
    AcceptServer.await(() -> server.held.size() == 1);
    var drained = server.drain(Duration.ofSeconds(20));
    awaitEvent("goaway");
    server.held.remove().run();
    awaitEvent("data GET /hold  end");
    assertTrue(drained.toCompletableFuture().get(15, TimeUnit.SECONDS));
    assertEquals(0, server.connections.open());
    assertNull(server.held.poll());
  }
}
