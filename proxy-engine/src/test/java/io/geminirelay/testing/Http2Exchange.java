package io.geminirelay.testing;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on an HTTP/2 stream. What comes is kept until asked for; {@link
 * #stopReading} keeps it on the wire instead. Thread-safe.
 */
public final class Http2Exchange {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Queue<byte[]> pieces = new ArrayDeque<>();
  private final List<Header> headers = new ArrayList<>();
  private final List<Header> trailers = new ArrayList<>();
  private final List<Integer> informed = new ArrayList<>();
  private int status;
  private boolean ended;
  private boolean whole;
  private long resetCode = -1;
  private @Nullable Channel stream;

  Http2Exchange() {}

  ChannelHandler handler() {
    return new Collector();
  }

  void sendHead(List<Header> head, boolean ends) {
    Http2Headers converted = new DefaultHttp2Headers(false);
    head.forEach(header -> converted.add(header.name().toLowerCase(Locale.ROOT), header.value()));
    write(new DefaultHttp2HeadersFrame(converted, ends));
  }

  /** Sends a piece of the request's body. */
  public void send(byte[] bytes, boolean ends) {
    write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), ends));
  }

  /** Sends RST_STREAM with CANCEL. */
  public void cancel() {
    cancel(Http2Error.CANCEL.code());
  }

  /** Sends RST_STREAM with this code. */
  public void cancel(long code) {
    write(new DefaultHttp2ResetFrame(code));
  }

  private void write(Object frame) {
    channel().writeAndFlush(frame);
  }

  private synchronized Channel channel() {
    if (stream == null) {
      throw new IllegalStateException("the stream is not open yet");
    }
    return stream;
  }

  /** Takes nothing more from the stream, so that its window fills. */
  public void stopReading() {
    channel().config().setAutoRead(false);
  }

  /** Takes again what comes. */
  public void goOnReading() {
    channel().config().setAutoRead(true);
  }

  /** Waits for the head; 0 if the stream ends without one. */
  public synchronized int status() {
    await(() -> status != 0 || ended, "a head");
    return status;
  }

  /** Waits for the head and gives its headers without the pseudo headers. */
  public synchronized List<Header> headers() {
    status();
    return List.copyOf(headers);
  }

  /** Statuses of the 1xx answers so far. */
  public synchronized List<Integer> informed() {
    return List.copyOf(informed);
  }

  /** Waits for the next piece of the body; null at its end. */
  public synchronized byte @Nullable [] next() {
    await(() -> !pieces.isEmpty() || ended, "a piece of the body");
    return pieces.poll();
  }

  /** Waits for the end and gives the head with what was not taken of the body yet. */
  public synchronized Response response() {
    await(() -> ended, "the end of the answer");
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    pieces.forEach(body::writeBytes);
    pieces.clear();
    return new Response(
        status, List.copyOf(headers), body.toByteArray(), whole, List.copyOf(trailers));
  }

  /** True if the answer ended with END_STREAM. */
  public synchronized boolean whole() {
    return whole;
  }

  /** Waits for the end and gives the code of the RST_STREAM that came, or -1. */
  public synchronized long resetCode() {
    await(() -> ended, "the end of the answer");
    return resetCode;
  }

  private void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new AssertionError("waited in vain for " + what + "; status is " + status);
        }
        wait(1 + left / 1_000_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + what, e);
    }
  }

  private synchronized void opened(Channel channel) {
    stream = channel;
  }

  private synchronized void head(Http2Headers came, boolean ends) {
    CharSequence code = came.status();
    int number = code == null ? 0 : Integer.parseInt(code.toString());
    if (number >= 100 && number < 200) {
      informed.add(number);
    } else {
      List<Header> target = code == null ? trailers : headers;
      for (Map.Entry<CharSequence, CharSequence> header : came) {
        if (header.getKey().charAt(0) != ':') {
          target.add(new Header(header.getKey().toString(), header.getValue().toString()));
        }
      }
      status = code == null ? status : number;
    }
    end(ends, ends);
  }

  private synchronized void data(byte[] bytes, boolean ends) {
    if (bytes.length > 0) {
      pieces.add(bytes);
    }
    end(ends, ends);
  }

  private synchronized void reset(long code) {
    if (!ended) {
      resetCode = code;
    }
    end(true, false);
  }

  private synchronized void end(boolean isEnd, boolean asTold) {
    if (isEnd && !ended) {
      ended = true;
      whole = asTold;
    }
    notifyAll();
  }

  private final class Collector extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      opened(ctx.channel());
      // A stream that is not read would keep what is queued for it.
      ctx.channel().parent().closeFuture().addListener(future -> ctx.channel().close());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (message instanceof Http2HeadersFrame frame) {
          head(frame.headers(), frame.isEndStream());
        } else if (message instanceof Http2DataFrame frame) {
          data(ByteBufUtil.getBytes(frame.content()), frame.isEndStream());
        } else if (message instanceof Http2ResetFrame frame) {
          reset(frame.errorCode());
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Http2ResetFrame frame) {
        reset(frame.errorCode());
      }
      ReferenceCountUtil.release(event); // a GOAWAY has bytes
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      end(true, false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      end(true, false);
      ctx.close();
    }
  }
}
