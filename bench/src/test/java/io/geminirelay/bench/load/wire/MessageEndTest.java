package io.geminirelay.bench.load.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageEndTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
      })
  void isFoundWhereverTheMessageIsCut(String message) {
    MessageEnd end = new MessageEnd();
    for (int cut = 1; cut < message.length(); cut++) {
      for (int second = cut; second < message.length(); second++) {
        end.reset();
        assertEquals(false, look(end, message.substring(0, cut)));
        if (second > cut) {
          assertEquals(false, look(end, message.substring(cut, second)));
        }
        assertTrue(look(end, message.substring(second)), cut + " " + second);
        assertTrue(end.head().startsWith("HTTP/1.1 200 OK\r\n"));
      }
    }
  }

  private static boolean look(MessageEnd end, String piece) {
    ByteBuf bytes = Unpooled.wrappedBuffer(piece.getBytes(StandardCharsets.US_ASCII));
    try {
      return end.look(bytes);
    } finally {
      bytes.release();
    }
  }
}
