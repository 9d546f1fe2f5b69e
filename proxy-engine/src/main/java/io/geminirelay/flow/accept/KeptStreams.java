package io.geminirelay.flow.accept;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.HashSet;
import java.util.Set;

/**
 * The streams of one HTTP/2 connection that we have reset, and that the codec keeps for what was on
 * its way then. To the client they are closed (RFC 9113 section 5.1.2), so that it may open as many
 * others: the codec's limit is higher by their number. Each costs a client seconds or megabytes,
 * see {@link StreamLinger}. Event loop only.
 */
final class KeptStreams extends Http2ConnectionAdapter {
  private final Http2Connection connection;
  private final int maxStreams;
  private final Set<Http2Stream> kept = new HashSet<>();

  /** Of {@code connection}, whose client may have {@code maxStreams} requests under way. */
  KeptStreams(Http2Connection connection, int maxStreams) {
    this.connection = connection;
    this.maxStreams = maxStreams;
    connection.addListener(this);
  }

  /** Keeps {@code stream}, which has been reset, until it is closed. */
  void keep(Http2Stream stream) {
    kept.add(stream);
    makeRoom();
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    if (kept.remove(stream)) {
      makeRoom();
    }
  }

  private void makeRoom() {
    connection.remote().maxActiveStreams(maxStreams + kept.size());
  }
}
