package io.geminirelay.flow.outbound.connect;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.flow.keys.Exits;
import io.netty.channel.Channel;

/** Tells how the opening of one connection through an exit ended, before the one who asked. */
final class ExitWitness implements ConnectListener {
  private final Exits exits;
  private final Destination way;
  private final ConnectListener listener;

  ExitWitness(Exits exits, Destination way, ConnectListener listener) {
    this.exits = exits;
    this.way = way;
    this.listener = listener;
  }

  @Override
  public void connected(Channel channel, boolean http2) {
    exits.connected(way);
    listener.connected(channel, http2);
  }

  @Override
  public void failed(Fault fault) {
    exits.failed(way, fault.kind());
    listener.failed(fault);
  }
}
