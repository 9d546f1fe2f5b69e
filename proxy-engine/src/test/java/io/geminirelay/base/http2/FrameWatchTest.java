package io.geminirelay.base.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import org.junit.jupiter.api.Test;

/** Frames are found wherever the bytes are cut. */
class FrameWatchTest {
  private static final byte[] MIXED =
      RawHttp2.join(
          RawHttp2.PREFACE,
          RawHttp2.settings(3, 1),
          RawHttp2.headers(1, false, ":method", "POST"),
          RawHttp2.data(1, "\0\0\4\3\0\0\0\0\1\0\0\0\0", false),
          RawHttp2.windowUpdate(1, 1),
          RawHttp2.windowUpdate(0, 1),
          RawHttp2.ping(),
          RawHttp2.data(1, "", false),
          RawHttp2.data(1, "", true),
          RawHttp2.reset(1, Http2Error.CANCEL),
          RawHttp2.frame(0xff, 0xff, 0, new byte[300]));

  private static FrameWatch watch(int maxResets, int maxControlFrames) {
    return new FrameWatch(RawHttp2.PREFACE.length, maxResets, maxControlFrames, 100);
  }

  /** Feeds pieces of {@code size} bytes, each at the next tick of {@code step}. */
  private static FrameWatch.Excess feed(FrameWatch watch, byte[] bytes, int size, long step) {
    long now = Long.MAX_VALUE - 50;
    for (int at = 0; at < bytes.length; at += size) {
      int length = Math.min(size, bytes.length - at);
      FrameWatch.Excess excess = watch.look(Unpooled.wrappedBuffer(bytes, at, length), now);
      if (excess != null) {
        return excess;
      }
      now += step;
    }
    return null;
  }

  @Test
  void countsTheSameWhereverTheBytesAreCut() {
    for (int size = 1; size <= MIXED.length; size++) {
      // Four without content: SETTINGS, PING, an empty DATA and one unknown; one reset.
      assertNull(feed(watch(1, 4), MIXED, size, 0));
      assertEquals(FrameWatch.Excess.CONTROL_FRAMES, feed(watch(1, 3), MIXED, size, 0));
      assertEquals(FrameWatch.Excess.RESETS, feed(watch(0, 4), MIXED, size, 0));
    }
  }

  @Test
  void beginsToCountAnewInTheNextWindow() {
    byte[] two = RawHttp2.times(2, RawHttp2.settings());
    byte[] all = RawHttp2.join(RawHttp2.PREFACE, two, RawHttp2.settings());
    assertEquals(FrameWatch.Excess.CONTROL_FRAMES, feed(watch(0, 2), all, 42, 99));
    assertNull(feed(watch(0, 2), all, 42, 100));
  }

  @Test
  void letsThePeerAnswerWhatIsSentAndNoMore() {
    FrameWatch watch = watch(0, 1);
    assertNull(feed(watch, RawHttp2.PREFACE, 24, 0));
    watch.sending(20);
    byte[] updates = RawHttp2.times(3, RawHttp2.windowUpdate(0, 10));
    assertNull(feed(watch, updates, 100, 0));
    watch.sending(4096);
    assertNull(feed(watch, RawHttp2.times(10, RawHttp2.ping()), 1000, 0));
    assertEquals(FrameWatch.Excess.CONTROL_FRAMES, feed(watch, RawHttp2.ping(), 17, 0));
  }

  @Test
  void knowsWhetherAHeaderBlockIsOpen() {
    FrameWatch watch = watch(0, 0);
    byte[] block = RawHttp2.block("a", "b");
    assertNull(feed(watch, RawHttp2.PREFACE, 24, 0));
    assertFalse(watch.isAmidHeaders());
    feed(watch, RawHttp2.frame(RawHttp2.HEADERS, 0, 1, block), 100, 0);
    assertTrue(watch.isAmidHeaders());
    byte[] end = RawHttp2.frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, 1, block);
    for (byte each : end) {
      assertTrue(watch.isAmidHeaders());
      assertNull(feed(watch, new byte[] {each}, 1, 0));
    }
    assertFalse(watch.isAmidHeaders());
    assertEquals(1, watch.headerBlocks());
  }
}
