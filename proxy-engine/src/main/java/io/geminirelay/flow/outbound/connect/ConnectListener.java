package io.geminirelay.flow.outbound.connect;

import io.geminirelay.base.fault.Fault;
import io.netty.channel.Channel;

/** Learns how opening a connection ended; exactly one method is called, once, on the loop. */
public interface ConnectListener {

  /**
   * The connection is open up to the target. Its pipeline holds TLS only, and auto-read is off.
   *
   * @param http2 whether HTTP/2 is to be spoken, by ALPN or prior knowledge
   */
  void connected(Channel channel, boolean http2);

  /** The connection could not be opened; nothing is left behind. */
  void failed(Fault fault);
}
