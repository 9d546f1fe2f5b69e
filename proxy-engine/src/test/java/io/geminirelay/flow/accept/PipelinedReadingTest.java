package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client pipelines is read as it is answered, however much of it the socket has ready. */
class PipelinedReadingTest {
  private static final int READ_BYTES = 64 << 10;
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n";

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private int whole;

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private ReadySocket read(String text) {
    ReadySocket socket = new ReadySocket(text.getBytes(StandardCharsets.US_ASCII));
    Consumer<ChannelPipeline> stages = pipeline -> pipeline.addLast(new Counter());
    channel.pipeline().addLast(socket);
    new Http1Connection(AcceptServer.LIMITS, () -> stages).install(channel.pipeline());
    channel.read();
    channel.runPendingTasks();
    return socket;
  }

  private void answer() {
    channel.writeOutbound(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER));
    ReferenceCountUtil.release(channel.readOutbound());
    channel.runPendingTasks();
  }

  @ParameterizedTest
  @ValueSource(strings = {GET, POST, CHUNKED})
  void whatWaitsIsBoundedByWhatIsAnswered(String request) {
    int many = 10_000;
    ReadySocket socket = read(request.repeat(many));
    for (int answered = 0; answered < many; answered++) {
      assertEquals(answered + 1, whole, "each is passed on when its turn comes");
      long waiting = socket.given - (long) answered * request.length();
      assertTrue(waiting <= 4 * READ_BYTES, answered + " answered, bytes waiting: " + waiting);
      answer();
    }
    assertEquals(many, whole);
  }

  @Test
  void aHeadOrABodyThatIsLargerThanWhatMayWaitIsReadToItsEnd() {
    String head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(1900) + "\r\n\r\n";
    String body =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + "b".repeat(300_000);
    ReadySocket socket = read((GET + body + head).repeat(40));
    for (int answered = 0; answered < 120; answered++) {
      assertEquals(answered + 1, whole);
      answer();
    }
    assertEquals(socket.bytes.length, socket.given);
  }

  /** Has the next bytes at hand whenever reading is asked for, and gives them a little later. */
  private static final class ReadySocket extends ChannelOutboundHandlerAdapter {
    private final byte[] bytes;
    private int given;
    private boolean reading;

    ReadySocket(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
      if (!reading && given < bytes.length) {
        reading = true;
        ctx.executor().execute(() -> give(ctx));
      }
    }

    private void give(ChannelHandlerContext ctx) {
      reading = false;
      int length = Math.min(READ_BYTES, bytes.length - given);
      given += length;
      ctx.fireChannelRead(Unpooled.copiedBuffer(bytes, given - length, length));
      ctx.fireChannelReadComplete();
      if (ctx.channel().config().isAutoRead()) {
        read(ctx);
      }
    }
  }

  private final class Counter extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      whole += message instanceof LastHttpContent ? 1 : 0;
      ReferenceCountUtil.release(message);
    }
  }
}
