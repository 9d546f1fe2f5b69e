package io.geminirelay.bench.jmh;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Requests that are sent one after the other; used on the event loop, but for its future. */
final class Series {
  /** Completes with the bytes that came back, or fails as the first request that did. */
  final CompletableFuture<Long> done = new CompletableFuture<>();

  private int left;
  private long bytes;

  /** A series of {@code count} requests. */
  Series(int count) {
    this.left = count;
  }

  /** Counts what came back. */
  void received(int length) {
    bytes += length;
  }

  /** Whether another request is to be sent now; it is counted as sent. */
  boolean goesOn() {
    if (left-- > 0) {
      return true;
    }
    done.complete(bytes);
    return false;
  }

  /** Something else came than an answer. */
  void fail(String what, ByteBuf piece) {
    fail(what + ": " + piece.toString(StandardCharsets.ISO_8859_1));
  }

  /** It will not be ended. */
  void fail(String what) {
    done.completeExceptionally(new IllegalStateException(what));
  }
}
