package io.geminirelay.base.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2FrameTypes;
import org.jspecify.annotations.Nullable;

/**
 * Counts the frames that come in on one HTTP/2 connection, from their heads in the passing bytes
 * (RFC 9113 section 4.1): also those that the codec ignores, such as what concerns closed streams.
 *
 * <p>Two counts, over a window of time: resets, and frames that carry nothing of a request. What a
 * busy peer sends in answer to our data, WINDOW_UPDATE and PING, is free as long as we sent enough;
 * a peer that makes us cut data in crumbs earns no more by it (CVE-2019-9511, -9517). Keeps no
 * bytes and makes no objects. Event loop only.
 */
public final class FrameWatch {
  /** What there was too much of. */
  public enum Excess {
    /** RST_STREAM (CVE-2023-44487). */
    RESETS,
    /** Frames that carry nothing: PING, SETTINGS, PRIORITY, empty DATA, unknown ones. */
    CONTROL_FRAMES
  }

  private static final int HEAD_BYTES = 9;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;

  /** A wide peer answers each of our frames with two updates of a window, and now and then more. */
  private static final int ANSWERS_PER_FRAME = 2;

  private static final int MAX_FREE = 1 << 16;

  private final int maxResets;
  private final int maxControlFrames;
  private final long windowNanos;

  private int prefaceLeft;
  private long headSoFar;
  private int headBytes;
  private int payloadLeft;
  private int type = -1;
  private int flags;
  private boolean blockOpen;
  private int blocks;

  private boolean counting;
  private long windowBeganNanos;
  private int resets;
  private int controlFrames;
  private int free;
  private int reads;
  private int excessAt;

  /**
   * Watches one connection.
   *
   * @param prefaceBytes how many bytes come before the first frame
   * @param maxResets RST_STREAM frames in a window at most
   * @param maxControlFrames frames without content in a window at most
   * @param windowNanos length of a window, in nanoseconds
   */
  public FrameWatch(int prefaceBytes, int maxResets, int maxControlFrames, long windowNanos) {
    this.prefaceLeft = prefaceBytes;
    this.maxResets = maxResets;
    this.maxControlFrames = maxControlFrames;
    this.windowNanos = windowNanos;
  }

  /**
   * Reads {@code bytes} along, which it leaves as they are; what there was too much of, or null.
   */
  public @Nullable Excess look(ByteBuf bytes, long nowNanos) {
    reads++;
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    int skipped = Math.min(prefaceLeft, end - at);
    prefaceLeft -= skipped;
    at += skipped;
    while (at < end) {
      if (payloadLeft > 0) {
        int step = Math.min(payloadLeft, end - at);
        payloadLeft -= step;
        at += step;
      } else {
        headSoFar = headBytes < 5 ? headSoFar << 8 | bytes.getUnsignedByte(at) : headSoFar;
        at++;
        if (++headBytes == HEAD_BYTES) {
          Excess excess = begin(nowNanos);
          if (excess != null) {
            excessAt = at - 1;
            return excess;
          }
        }
      }
    }
    return null;
  }

  /** Index of the byte that completed the head of the frame that was too many. */
  int excessAt() {
    return excessAt;
  }

  private @Nullable Excess begin(long nowNanos) {
    payloadLeft = (int) (headSoFar >>> 16);
    type = (int) (headSoFar >>> 8) & 0xff;
    flags = (int) headSoFar & 0xff;
    headSoFar = 0;
    headBytes = 0;
    return switch (type) {
      case Http2FrameTypes.HEADERS -> {
        blocks++;
        blockOpen = (flags & END_HEADERS) == 0;
        earn(ANSWERS_PER_FRAME);
        yield null;
      }
      case Http2FrameTypes.CONTINUATION -> {
        blockOpen = (flags & END_HEADERS) == 0;
        yield empty(payloadLeft == 0, nowNanos);
      }
      case Http2FrameTypes.DATA -> empty(payloadLeft == 0 && (flags & END_STREAM) == 0, nowNanos);
      case Http2FrameTypes.RST_STREAM -> reset(nowNanos);
      case Http2FrameTypes.WINDOW_UPDATE, Http2FrameTypes.PING -> {
        if (free > 0) {
          free--;
          yield null;
        }
        yield control(nowNanos);
      }
      default -> control(nowNanos);
    };
  }

  private @Nullable Excess empty(boolean isEmpty, long nowNanos) {
    return isEmpty ? control(nowNanos) : null;
  }

  private @Nullable Excess reset(long nowNanos) {
    renew(nowNanos);
    return ++resets > maxResets ? Excess.RESETS : null;
  }

  private @Nullable Excess control(long nowNanos) {
    renew(nowNanos);
    return ++controlFrames > maxControlFrames ? Excess.CONTROL_FRAMES : null;
  }

  private void renew(long nowNanos) {
    if (!counting || nowNanos - windowBeganNanos >= windowNanos) {
      counting = true;
      windowBeganNanos = nowNanos;
      resets = 0;
      controlFrames = 0;
    }
  }

  /** So much data was handed over to be sent, which the peer may answer. */
  public void sending(int bytes) {
    earn(ANSWERS_PER_FRAME * (1 + (bytes >>> 10)));
  }

  private void earn(int more) {
    free = Math.min(free + more, MAX_FREE);
  }

  /** Whether a header block has begun and not ended. */
  boolean isAmidHeaders() {
    boolean headers = type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION;
    return blockOpen || (headers && payloadLeft > 0);
  }

  /** How many header blocks have begun. */
  int headerBlocks() {
    return blocks;
  }

  /** How often bytes of the peer came; two equal numbers mean that it was silent in between. */
  public int reads() {
    return reads;
  }
}
