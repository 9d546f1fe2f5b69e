package io.geminirelay;

import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.flow.accept.Buffers;
import io.geminirelay.flow.accept.Transport;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.outbound.connect.Addresses;
import io.geminirelay.flow.outbound.connect.Connector;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import io.netty.buffer.ByteBufAllocator;

/**
 * How targets and exits are reached, on any event loop of a transport. Thread safe.
 *
 * @param addresses of their names; to be closed
 * @param connector opens connections to them
 */
record UpstreamWay(Addresses addresses, Connector connector) {

  /**
   * The way by the settings of {@code config}.
   *
   * @param buffers where the buffers of connections come from
   * @param exits learns how exits are
   */
  static UpstreamWay of(
      Transport transport,
      ByteBufAllocator buffers,
      OutboundConfig config,
      UpstreamTls tls,
      Exits exits) {
    Addresses addresses =
        new Addresses(
            Buffers.channels(transport.datagramChannel(), buffers),
            Buffers.channels(transport.clientChannel(), buffers),
            config.dnsServers());
    return new UpstreamWay(
        addresses,
        new Connector(
            Buffers.channels(transport.clientChannel(), buffers), addresses, tls, config, exits));
  }
}
