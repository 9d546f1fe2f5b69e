package io.geminirelay.fuzz;

import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.RawHttp2.Frame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the frames in bytes that may still grow. */
final class Http2Frames {
  private static final int HEAD_BYTES = 9;

  private byte[] bytes;
  private int at;

  Http2Frames(byte[] bytes, int from) {
    this.bytes = bytes;
    this.at = from;
  }

  /** Tells all that there is so far. */
  void grown(byte[] all) {
    bytes = all;
  }

  /** The next whole frame; null while it is not whole. */
  @Nullable Frame next() {
    if (bytes.length - at < HEAD_BYTES) {
      return null;
    }
    ByteBuffer head = ByteBuffer.wrap(bytes, at, HEAD_BYTES);
    int lengthAndType = head.getInt();
    int length = lengthAndType >>> 8;
    int flags = head.get() & 0xff;
    int stream = head.getInt() & Integer.MAX_VALUE;
    int end = at + HEAD_BYTES + length;
    if (end > bytes.length) {
      return null;
    }
    byte[] payload = Arrays.copyOfRange(bytes, at + HEAD_BYTES, end);
    at = end;
    return new Frame(lengthAndType & 0xff, flags, stream, payload);
  }

  /** Whether a part of a frame is left. */
  boolean isCut() {
    return at < bytes.length;
  }

  /** Whether {@code input} ends amid a frame. */
  static boolean isCut(byte[] input) {
    Http2Frames frames = new Http2Frames(input, 0);
    while (frames.next() != null) {
      // On to the next.
    }
    return frames.isCut();
  }

  /**
   * Whether {@code input} leaves nothing to when its pieces come: no stream is spoken of again
   * after its end, and no body has another length than was said. What was said before may else have
   * been answered, or not.
   */
  static boolean isTimeless(byte[] input) {
    Http2Frames frames = new Http2Frames(input, 0);
    Set<Integer> ended = new HashSet<>();
    AnnouncedLengths lengths = new AnnouncedLengths();
    for (Frame next = frames.next(); next != null; next = frames.next()) {
      boolean known = next.type() <= RawHttp2.CONTINUATION;
      if (next.type() == RawHttp2.RST_STREAM
          || next.type() == RawHttp2.GOAWAY
          || known && next.stream() != 0 && ended.contains(next.stream())
          || !lengths.hold(next)) {
        return false;
      }
      if (next.ends()) {
        ended.add(next.stream());
      }
    }
    return true;
  }
}
