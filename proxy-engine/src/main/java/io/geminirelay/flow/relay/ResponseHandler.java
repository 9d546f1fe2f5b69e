package io.geminirelay.flow.relay;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Tail of the upstream pipeline: turns channel events into calls of the attached {@link
 * ResponseSink}.
 *
 * <p>Keeps the sink of the exchange in flight; owns nothing, since every message is handed on or
 * released at once. Runs on the connection's event loop.
 */
public final class ResponseHandler extends ChannelInboundHandlerAdapter {
  private @Nullable ResponseSink sink;
  private boolean interim;
  private boolean answered;

  /** Sends the events of the next answer to {@code sink}. */
  public void attach(ResponseSink sink) {
    this.sink = sink;
    this.interim = false;
    this.answered = false;
  }

  /** Drops whatever still comes. */
  public void detach() {
    this.sink = null;
  }

  /** Whether an answer is awaited or on its way. */
  public boolean attached() {
    return sink != null;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ResponseSink current = sink;
    if (!(message instanceof HttpObject object)) {
      onEvent(message);
    } else if (current == null) {
      // Bytes nobody asked for would be taken for the next client's answer (RFC 9112 section 6).
      ReferenceCountUtil.release(message);
      ctx.close();
    } else if (object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      breakOff(undecoded(object.decoderResult()));
      ctx.close();
    } else {
      dispatch(current, object);
    }
  }

  private void dispatch(ResponseSink current, HttpObject object) {
    if (object instanceof HttpResponse head) {
      // Not the final answer: 101 is never asked for here, 100 and 103 mean nothing to a relay.
      interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      if (interim) {
        ReferenceCountUtil.release(object instanceof HttpContent ? object : null);
        return;
      }
      answered = true;
      if (object instanceof LastHttpContent whole) {
        // An HTTP/2 answer without body comes as one message; the sink wants head and end apart.
        sink = null;
        current.head(
            new DefaultHttpResponse(head.protocolVersion(), head.status(), head.headers()));
        current.takeLast(new DefaultLastHttpContent(whole.content()));
        return;
      }
      current.head(head);
    }
    if (!(object instanceof HttpContent content)) {
      return;
    }
    if (interim) {
      content.release();
      interim = false;
    } else if (content instanceof LastHttpContent last) {
      if (!last.trailingHeaders().isEmpty()) {
        // Trailers may be dropped (RFC 9110 section 6.5.1), and must be where a key could be in
        // them.
        last.trailingHeaders().clear();
      }
      sink = null;
      current.takeLast(last);
    } else {
      current.take(content);
    }
  }

  private Fault undecoded(DecoderResult result) {
    if (result.cause() instanceof PrematureChannelClosureException) {
      return Fault.of(brokenKind(), "the connection closed within the answer's head");
    }
    return Fault.of(FaultKind.BAD_ANSWER, "the answer is not well-formed HTTP", result.cause());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (sink != null) {
      sink.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (sink != null) {
      sink.writabilityChanged(ctx.channel().isWritable());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    onEvent(event);
  }

  private void onEvent(Object event) {
    if (event instanceof Http2ResetFrame reset) {
      onReset(reset.errorCode());
    } else if (event instanceof Http2GoAwayFrame) {
      // Only streams above the last one that the target took are told (RFC 9113 section 6.8).
      breakOff(Fault.of(FaultKind.NOT_PROCESSED, "the target went away before taking the stream"));
    }
    ReferenceCountUtil.release(event);
  }

  private void onReset(long errorCode) {
    if (errorCode == Http2Error.REFUSED_STREAM.code()) {
      breakOff(Fault.of(FaultKind.NOT_PROCESSED, "the target refused the stream"));
    } else if (errorCode != Http2Error.NO_ERROR.code()) {
      breakOff(Fault.of(brokenKind(), "the target reset the stream"));
    }
    // NO_ERROR follows a whole answer, still to be read, that did not need all of the request (RFC
    // 9113 section 8.1); if the answer is not whole, the stream's end tells.
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    breakOff(Fault.of(brokenKind(), "the connection closed before the answer was complete"));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    breakOff(
        cause instanceof FaultException known
            ? known.fault()
            : Fault.of(brokenKind(), "the connection failed", cause));
    ctx.close();
  }

  private FaultKind brokenKind() {
    return answered ? FaultKind.BROKEN_ANSWER : FaultKind.RESET_BEFORE_ANSWER;
  }

  private void breakOff(Fault fault) {
    ResponseSink current = sink;
    sink = null;
    if (current != null) {
      current.broken(fault);
    }
  }
}
