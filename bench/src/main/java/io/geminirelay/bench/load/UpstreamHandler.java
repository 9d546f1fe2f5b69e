package io.geminirelay.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Answers one connection's requests: 1 KB of JSON, or the stream that the query describes. The
 * requests are those of {@link Workload}: no pipelining, always a body.
 */
final class UpstreamHandler extends ChannelInboundHandlerAdapter {
  /** Occurs once in each event, and nowhere else in an answer. */
  static final byte EVENT_MARK = '~';

  private static final int EVENT_BYTES = 300;
  private static final ByteBuf UNARY = unary();
  private static final ByteBuf STREAM_HEAD =
      constant(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
  private static final Map<Integer, ByteBuf> CHUNKS = new HashMap<>();

  private final MessageEnd end = new MessageEnd();
  private int events;
  private int each;
  private int paceMillis;
  private boolean running;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (end.look(bytes)) {
        answer(ctx, end.head());
        end.reset();
      }
    } finally {
      bytes.release();
    }
  }

  private void answer(ChannelHandlerContext ctx, String head) {
    String line = head.substring(0, head.indexOf('\r'));
    if (!line.contains("events=")) {
      ctx.writeAndFlush(UNARY.duplicate(), ctx.voidPromise());
      return;
    }
    events = number(line, "events=");
    each = number(line, "each=");
    paceMillis = number(line, "pace=");
    ctx.writeAndFlush(STREAM_HEAD.duplicate(), ctx.voidPromise());
    if (paceMillis == 0) {
      later(ctx);
    } else {
      // Streams that began together must not stay in step.
      schedule(ctx, ThreadLocalRandom.current().nextInt(paceMillis) + 1);
    }
  }

  private void later(ChannelHandlerContext ctx) {
    running = true;
    ctx.executor().execute(() -> next(ctx));
  }

  private void schedule(ChannelHandlerContext ctx, int millis) {
    var unused = ctx.executor().schedule(() -> next(ctx), millis, TimeUnit.MILLISECONDS);
  }

  private void next(ChannelHandlerContext ctx) {
    running = false;
    if (!ctx.channel().isActive() || !ctx.channel().isWritable()) {
      return;
    }
    ctx.writeAndFlush(chunk(each).duplicate(), ctx.voidPromise());
    events -= each;
    if (events <= 0) {
      ctx.writeAndFlush(LAST_CHUNK.duplicate(), ctx.voidPromise());
    } else if (paceMillis > 0) {
      schedule(ctx, paceMillis);
    } else {
      // One write a turn, so that the streams advance side by side.
      later(ctx);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable() && events > 0 && !running && paceMillis == 0) {
      later(ctx);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private static int number(String line, String name) {
    int from = line.indexOf(name) + name.length();
    int to = from;
    while (Character.isDigit(line.charAt(to))) {
      to++;
    }
    return Integer.parseInt(line.substring(from, to));
  }

  private static ByteBuf chunk(int count) {
    return CHUNKS.computeIfAbsent(
        count,
        n -> constant(Integer.toHexString(n * EVENT_BYTES) + "\r\n" + event().repeat(n) + "\r\n"));
  }

  private static String event() {
    String frame =
        "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"~%s\"}],\"role\":"
            + " \"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\":"
            + " 8,\"candidatesTokenCount\": 64,\"totalTokenCount\": 72},\"modelVersion\":"
            + " \"gemini-2.5-flash\"}\r\n\r\n";
    return frame.formatted("x".repeat(EVENT_BYTES - frame.length() + 2));
  }

  private static ByteBuf unary() {
    String frame =
        "{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"%s\"}],\"role\":"
            + " \"model\"},\"finishReason\": \"STOP\",\"index\": 0}],\"usageMetadata\":"
            + " {\"promptTokenCount\": 8,\"candidatesTokenCount\": 64,\"totalTokenCount\": 72},"
            + "\"modelVersion\": \"gemini-2.5-flash\"}";
    String body = frame.formatted("x".repeat(1024 - frame.length() + 2));
    return constant(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }

  private static ByteBuf constant(String text) {
    ByteBuf bytes = Unpooled.directBuffer(text.length());
    ByteBufUtil.writeUtf8(bytes, text);
    if (bytes.readableBytes() != text.getBytes(StandardCharsets.US_ASCII).length) {
      throw new IllegalArgumentException("not ASCII");
    }
    return Unpooled.unreleasableBuffer(bytes.asReadOnly());
  }
}
