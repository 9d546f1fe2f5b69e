package io.geminirelay.bench.jmh;

import io.netty.buffer.ByteBuf;

/**
 * The other end of a {@link MemorySocket}: a client or an upstream, which is told what the gateway
 * writes. Called on the socket's event loop; allocates nothing for a request, so that what is
 * allocated is the gateway's.
 */
interface FarEnd {
  /** Looks at the next bytes from {@code socket}, which are gone afterwards. */
  void look(MemorySocket socket, ByteBuf piece);

  /** The gateway has closed {@code socket}. */
  void ended(MemorySocket socket);
}
