package io.geminirelay.flow.relay;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.BrokenAnswer;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultBody;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.StreamScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.CharsetUtil;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of an answer: passes head and pieces on by reference, reading along.
 *
 * <p>Place: called by the attempt that was committed, writes outbound from the last request stage.
 * Keeps whether the head is out; owns no buffer, since all are written at once, but for an error
 * that showed itself in mid-stream. Runs on the client's event loop.
 */
public final class ResponseRelay {
  private static final byte[] COMMENT = ": keep-alive\n\n".getBytes(CharsetUtil.US_ASCII);
  private static final byte[] DATA = "data: ".getBytes(CharsetUtil.US_ASCII);
  private static final byte[] BORDER = "\r\n\r\n".getBytes(CharsetUtil.US_ASCII);

  /** Time for a client to read to the end of an answer that broke. */
  private static final int TELLING_SECONDS = 120;

  private final ChannelHandlerContext client;
  private final Exchange exchange;
  private final StreamScanner scanner;
  private final OpenStreams streams;
  private boolean headSent;
  private long passed;
  private boolean eventStream;
  private boolean streamOpen;
  private @Nullable Secret key;
  // Owner: this object, until its bytes are written or release().
  private @Nullable ErrorTail errorTail;
  private boolean ended;

  /**
   * Answers {@code exchange} outbound from {@code client}; {@code scanner} reads along.
   *
   * @param streams those of the client's event loop
   */
  public ResponseRelay(
      ChannelHandlerContext client, Exchange exchange, StreamScanner scanner, OpenStreams streams) {
    this.client = client;
    this.exchange = exchange;
    this.scanner = scanner;
    this.streams = streams;
  }

  /** Whether the client has been sent a head, so that only the body can change. */
  public boolean headSent() {
    return headSent;
  }

  /** Whether the client has been sent the end, or the break, of its answer. */
  public boolean ended() {
    return ended;
  }

  /** Whether the client can take more now. */
  public boolean writable() {
    return client.channel().isWritable();
  }

  /** Sends {@code head}, already made fit for the client. */
  public void head(HttpResponse head) {
    headSent = true;
    eventStream = FirstAnswerGate.isEventStream(head);
    if (eventStream) {
      streamOpen = true;
      streams.began();
    }
    client.write(head, client.voidPromise());
  }

  /**
   * Says which key the committed answer was given for: its text is taken out of an error that shows
   * itself further on, from the error's object on. For answers whose length may change.
   */
  public void guard(Secret key) {
    this.key = key;
  }

  /** Passes a piece on, which the scanner has read if it reads such at all. Takes ownership. */
  public void take(HttpContent piece) {
    int length = piece.content().readableBytes();
    if (errorTail == null && key != null && scanner.errorSeen()) {
      long before = Math.max(0, scanner.errorFrom() - passed);
      if (before < length) {
        if (before > 0) {
          write(new DefaultHttpContent(piece.content().readRetainedSlice((int) before)));
        }
        errorTail = new ErrorTail(client.alloc(), key);
      }
    }
    passed += length;
    if (errorTail == null) {
      write(piece);
    } else {
      errorTail.take(piece);
    }
  }

  /** Passes the end on and sends everything. Takes ownership. */
  public void takeLast(LastHttpContent last) {
    LastHttpContent end = last;
    if (key != null && scanner.errorSeen() && last.content().isReadable()) {
      take(last);
      end = LastHttpContent.EMPTY_LAST_CONTENT;
    }
    if (isTailCut()) {
      end.release();
      breakOff(Fault.of(FaultKind.BAD_ANSWER, "The error was too long to be passed on."));
    } else {
      ended = true;
      writeErrorTail();
      client.writeAndFlush(end, client.voidPromise());
    }
  }

  private boolean isTailCut() {
    return errorTail != null && errorTail.isCut();
  }

  private void write(HttpContent piece) {
    client.write(piece, client.voidPromise());
  }

  private void writeErrorTail() {
    if (errorTail != null) {
      write(new DefaultHttpContent(errorTail.give()));
      errorTail = null;
    }
  }

  /** Lets go of what was not sent; the last that is asked of it, however the answer ends. */
  public void release() {
    if (streamOpen) {
      streamOpen = false;
      streams.ended();
    }
    if (errorTail != null) {
      errorTail.release();
      errorTail = null;
    }
  }

  /** Sends what was passed on so far. */
  public void flush() {
    client.flush();
  }

  /**
   * Not where that cannot be told: the scanner read nothing of what was passed on, or an error that
   * it has read is held back.
   */
  private boolean betweenEvents() {
    return errorTail == null && scanner.betweenEvents() && (passed == 0 || scanner.offset() > 0);
  }

  /** Sends an SSE comment if the stream is between two events. */
  public void comment() {
    if (betweenEvents()) {
      client.writeAndFlush(
          new DefaultHttpContent(client.alloc().buffer(COMMENT.length).writeBytes(COMMENT)));
    }
  }

  /** Ends a stream whose head is out with an error event made of {@code errorJson}. Takes it. */
  public void takeErrorEvent(ByteBuf errorJson) {
    ByteBuf event = client.alloc().buffer(errorJson.readableBytes() + 16);
    try {
      event.writeBytes(DATA);
      // A line end inside the error would end the data line (SSE: one "data:" per line).
      int end = errorJson.writerIndex();
      for (int i = errorJson.readerIndex(); i < end; i++) {
        byte b = errorJson.getByte(i);
        event.writeByte(b == '\n' || b == '\r' ? ' ' : b);
      }
      event.writeBytes(BORDER);
    } finally {
      errorJson.release();
    }
    write(new DefaultHttpContent(event));
  }

  /**
   * Breaks the answer off so that it cannot look complete: an error event where the client reads
   * events, then no proper end (RFC 9112 section 8: an incomplete chunked message). What waits for
   * the client goes out before it.
   */
  public void breakOff(Fault fault) {
    if (ended) {
      return;
    }
    ended = true;
    exchange.failed(fault);
    boolean midEvent = isTailCut();
    writeErrorTail();
    midEvent |= !betweenEvents();
    if (exchange.route().interpreted()) {
      // An answer in a form of the gateway's own has an end that tells of the break.
      bound(client.writeAndFlush(new BrokenAnswer(fault)));
      return;
    }
    if (eventStream) {
      if (midEvent) {
        write(new DefaultHttpContent(client.alloc().buffer(BORDER.length).writeBytes(BORDER)));
      }
      ByteBuf json = client.alloc().buffer();
      FaultBody.write(json, exchange, fault);
      takeErrorEvent(json);
    }
    ChannelFuture told = client.writeAndFlush(new DefaultHttpContent(Unpooled.EMPTY_BUFFER));
    bound(told);
    // Closing an HTTP/2 stream before its end resets it (RFC 9113 section 8.1).
    told.addListener(ChannelFutureListener.CLOSE);
  }

  /** No attempt is left whose clock would see that this client does not read. */
  private void bound(ChannelFuture told) {
    if (!told.isDone()) {
      Future<?> limit =
          client.channel().eventLoop().schedule(this::closeClient, TELLING_SECONDS, SECONDS);
      told.addListener(done -> limit.cancel(false));
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do if closing fails
  private void closeClient() {
    client.close();
  }
}
