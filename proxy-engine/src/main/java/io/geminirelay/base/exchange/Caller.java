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

  /** A caller that is known as well as may be. */
  public Caller(@Nullable InetAddress address, boolean https, @Nullable String host) {
    this(address, https, host, false);
  }
}
