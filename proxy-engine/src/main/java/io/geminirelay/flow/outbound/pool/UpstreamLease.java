package io.geminirelay.flow.outbound.pool;

import io.geminirelay.flow.relay.ResponseHandler;
import io.netty.channel.Channel;

/**
 * The right to one exchange with an upstream, ended by exactly one of {@link #giveBack} and {@link
 * #discard}; further calls of either do nothing. Used on the connection's event loop only.
 *
 * <p>The owner attaches its sink to {@link #responses} first, then writes an {@code HttpRequest}
 * and its {@code HttpContent}s to {@link #channel}. Auto-read is off: answers come as the owner
 * calls {@code channel().read()}, but what the first read brings may come unasked, since an idle
 * connection listens for its end.
 */
public interface UpstreamLease {

  /** HTTP/1.1: the connection itself; HTTP/2: the stream's child channel. */
  Channel channel();

  /** The tail of the channel's pipeline. */
  ResponseHandler responses();

  /** Whether the connection had served a request before, and may therefore have gone stale. */
  boolean reused();

  /** Whether the lease is an HTTP/2 stream. */
  boolean http2();

  /**
   * Ends the lease normally. The pool decides by itself whether the connection can serve again: the
   * request was written whole, the answer arrived whole and with keep-alive, nothing came after it,
   * and the connection is not past its lifetime.
   */
  void giveBack();

  /**
   * Ends the lease early: an HTTP/1.1 connection is closed, an HTTP/2 stream reset with CANCEL (RFC
   * 9113 section 8.1) while its neighbours go on. The sink hears nothing more.
   */
  void discard();
}
