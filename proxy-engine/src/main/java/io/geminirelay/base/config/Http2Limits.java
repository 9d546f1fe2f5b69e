package io.geminirelay.base.config;

import java.time.Duration;

/**
 * What an HTTP/2 client may ask of its connection before it is closed with ENHANCE_YOUR_CALM.
 *
 * @param maxStreams requests under way on one connection at most
 * @param maxResets streams reset in {@code window} at most, by the client or because of it
 * @param maxControlFrames frames in {@code window} at most that carry no request: PING, SETTINGS
 *     and the like
 * @param window time over which resets and control frames are counted
 */
public record Http2Limits(int maxStreams, int maxResets, int maxControlFrames, Duration window) {

  /** Used where nothing is set; the constants say how much. */
  public static final Http2Limits STANDARD =
      new Http2Limits(256, 512, 3_000, Duration.ofSeconds(30));
}
