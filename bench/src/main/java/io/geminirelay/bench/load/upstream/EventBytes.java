package io.geminirelay.bench.load.upstream;

import io.geminirelay.bench.load.wire.Events;
import io.geminirelay.bench.load.wire.Frames;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;

/** Events in a row, made once for each number; used by the event loop alone. */
final class EventBytes {
  private static final Map<Integer, ByteBuf> BYTES = new HashMap<>();

  private EventBytes() {}

  /** So many events that tell no time; the caller duplicates and releases nothing. */
  static ByteBuf of(int count) {
    return BYTES.computeIfAbsent(count, n -> Frames.constant(Events.untimed(n)));
  }
}
