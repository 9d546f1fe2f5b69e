package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;

/** The names of the fields that event streams have, each as a number made of its bytes. */
final class EventField {
  /** The field with an event's text. */
  static final long DATA = 0x64617461L;

  /** Longer names are none of these. */
  static final int MAX_BYTES = 5;

  private static final long EVENT = 0x6576656E74L;
  private static final long ID = 0x6964L;
  private static final long RETRY = 0x7265747279L;

  private EventField() {}

  /** Whether the line that begins at {@code from} has that field, as far as can be told. */
  static boolean isData(ByteBuf buf, int from, int to) {
    return to - from > 4 && buf.getInt(from) == (int) DATA && buf.getByte(from + 4) == ':';
  }

  /** Whether a body whose first line has this field is an event stream; comments have none. */
  static boolean isKnown(long name) {
    return name == DATA || name == EVENT || name == ID || name == RETRY || name == 0;
  }
}
