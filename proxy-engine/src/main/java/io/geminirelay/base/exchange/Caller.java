package io.geminirelay.base.exchange;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a request came from, and how it reached the front of whatever stands before the gateway.
 *
 * @param address the client's own address; null where the connection has none
 * @param https whether the client used an {@code https} URL
 * @param host the authority the client asked for, where a trusted proxy has told it; null where the
 *     request itself says so
 * @param hidden whether a trusted proxy passed on somebody's request, and did not tell, or not so
 *     that it could be believed, whose: then {@code address} is the nearest proxy's, which stands
 *     for all its clients, and gives none of them a right
 */
public record Caller(
    @Nullable InetAddress address, boolean https, @Nullable String host, boolean hidden) {
  /** Used where nobody can tell. */
  public static final Caller UNKNOWN = new Caller(null, false, null);

  /** Marks IPv4 addresses; as an IPv6 network it would be one that is reserved (RFC 4291). */
  private static final long V4 = 1L << 32;

  /** A caller that is known as well as may be. */
  public Caller(@Nullable InetAddress address, boolean https, @Nullable String host) {
    this(address, https, host, false);
  }

  /**
   * What {@code address} counts by where addresses are told apart: itself, or the first 64 bits of
   * an IPv6 one, since whoever has one has all of its network.
   */
  public static long networkOf(InetAddress address) {
    byte[] bytes = address.getAddress();
    long network = 0;
    for (int i = 0; i < Math.min(bytes.length, Long.BYTES); i++) {
      network = network << Byte.SIZE | (bytes[i] & 0xFF);
    }
    return bytes.length == Integer.BYTES ? V4 | network : network;
  }
}
