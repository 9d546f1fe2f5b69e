package io.geminirelay.base.exchange;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AttributeKey;

/**
 * Counts the reasons not to read from a client channel: auto-read is off while at least one holds.
 *
 * <p>Several parties may want a pause at once, and the one that ends first must not end the
 * others'. One gate belongs to each channel, an HTTP/2 stream's channel included. Event loop only.
 */
public final class ReadGate {
  private static final AttributeKey<ReadGate> KEY = AttributeKey.valueOf(ReadGate.class, "gate");

  private final Channel channel;
  private final ChannelFutureListener connectionClosed;
  private int reasons;
  private int pauses;

  private ReadGate(Channel channel) {
    this.channel = channel;
    this.connectionClosed = closed -> channel.close();
  }

  /** The gate of {@code channel}, made when first asked for. */
  public static ReadGate of(Channel channel) {
    ReadGate gate = channel.attr(KEY).get();
    if (gate == null) {
      gate = new ReadGate(channel);
      channel.attr(KEY).set(gate);
    }
    return gate;
  }

  /** Stops reading for {@code reason}; does nothing when it holds already. */
  public void pause(Reason reason) {
    assert channel.eventLoop().inEventLoop();
    int before = reasons;
    reasons |= reason.bit();
    if (before == 0) {
      pauses++;
      channel.config().setAutoRead(false);
      watchConnection(true);
    }
  }

  /** Withdraws {@code reason}; reading goes on when no other holds. */
  public void resume(Reason reason) {
    assert channel.eventLoop().inEventLoop();
    int before = reasons;
    reasons &= ~reason.bit();
    if (before != 0 && reasons == 0) {
      watchConnection(false);
      channel.config().setAutoRead(true);
    }
  }

  /** Withdraws every reason: what comes from now on is dropped. */
  public void resumeAll() {
    for (Reason reason : Reason.values()) {
      resume(reason);
    }
  }

  // An HTTP/2 stream that is not read does not hear of its connection's end either.
  private void watchConnection(boolean paused) {
    if (channel instanceof Http2StreamChannel) {
      ChannelFuture closed = channel.parent().closeFuture();
      if (paused) {
        closed.addListener(connectionClosed);
      } else {
        closed.removeListener(connectionClosed);
      }
    }
  }

  /** Whether {@code reason} holds. */
  public boolean paused(Reason reason) {
    return (reasons & reason.bit()) != 0;
  }

  /** Whether any reason holds. */
  public boolean paused() {
    return reasons != 0;
  }

  /** How often reading was stopped so far: whether it was between two looks. */
  public int pauses() {
    return pauses;
  }

  /** Why a client channel is not read. */
  public enum Reason {
    /** The client sent more requests than may wait for their turn. */
    PIPELINED(1),
    /** The upstream connection cannot take more of the request's body. */
    UPSTREAM_FULL(2);

    private final int bit;

    Reason(int bit) {
      this.bit = bit;
    }

    private int bit() {
      return bit;
    }
  }
}
