package io.geminirelay.bench.load.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;

class EventsTest {
  private static final long DUE = 0x1234_5678_9abc_def0L;

  @Test
  void anEventTellsWhenItWasDue() {
    ByteBuf events = Events.untimed(2);
    Events.stamp(events, Events.BYTES, DUE);
    int first = events.indexOf(0, events.writerIndex(), Events.MARK);
    int second = events.indexOf(first + 1, events.writerIndex(), Events.MARK);
    assertEquals(2 * Events.BYTES, events.readableBytes());
    assertEquals(Events.BYTES, second - first);
    assertEquals(0, Events.due(events, first));
    assertEquals(DUE, Events.due(events, second));
    events.release();
  }

  @Test
  void aTimeThatWasCutIsNotRead() {
    ByteBuf events = Events.untimed(1);
    Events.stamp(events, 0, DUE);
    int mark = events.indexOf(0, events.writerIndex(), Events.MARK);
    events.setByte(mark + 7, '\r');
    assertEquals(Events.UNREADABLE, Events.due(events, mark));
    events.writerIndex(mark + 4);
    assertEquals(Events.UNREADABLE, Events.due(events, mark));
    events.release();
  }
}
