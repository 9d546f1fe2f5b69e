package io.geminirelay.flow.accept;

import io.netty.channel.Channel;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How many connections each address has open. An IPv6 network of 64 bits counts as one address,
 * since that is what one customer gets (RFC 6177). Thread safe.
 */
final class AddressConnections {
  private static final int NETWORK_BYTES = 8;

  /** Holds those alone who have one open, so that it cannot outgrow the connections. */
  private final ConcurrentMap<Long, Integer> open = new ConcurrentHashMap<>();

  /**
   * Counts {@code channel}, which comes from {@code address}, until it closes; false, and not
   * counted, when {@code most} are open already.
   */
  boolean enter(Channel channel, InetAddress address, int most) {
    if (!enter(address, most)) {
      return false;
    }
    Long network = network(address);
    channel.closeFuture().addListener(closed -> leave(network));
    return true;
  }

  /** The same until {@link #leave(InetAddress)}, which has to follow. */
  boolean enter(InetAddress address, int most) {
    Long network = network(address);
    if (open.merge(network, 1, Integer::sum) > most) {
      leave(network);
      return false;
    }
    return true;
  }

  /** One from {@code address} counts no more. */
  void leave(InetAddress address) {
    leave(network(address));
  }

  private void leave(Long network) {
    open.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
  }

  // An IPv4 address takes the room of networks that IPv6 gives to nobody (RFC 4291 section 2.5.5).
  private static Long network(InetAddress address) {
    byte[] bytes = address.getAddress();
    long bits = 0;
    int length = address instanceof Inet4Address ? bytes.length : NETWORK_BYTES;
    for (int i = 0; i < length; i++) {
      bits = bits << Byte.SIZE | (bytes[i] & 0xff);
    }
    return bits;
  }

  /** Addresses with a connection open. */
  int size() {
    return open.size();
  }
}
