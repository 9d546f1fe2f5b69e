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
 */
public record Caller(@Nullable InetAddress address, boolean https, @Nullable String host) {
  /** Used where nobody can tell. */
  public static final Caller UNKNOWN = new Caller(null, false, null);
}
