package io.geminirelay.bench.load.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BodyTest {
  @ParameterizedTest
  @EnumSource(Body.Kind.class)
  void isJsonOfTheWantedLength(Body.Kind kind) throws Exception {
    for (int bytes : new int[] {1_024, 10_007, 300_000}) {
      ByteBuf body = new Body(bytes, kind).write();
      try (JsonParser parser =
          new JsonFactory().createParser(new ByteBufInputStream(body.slice()).readAllBytes())) {
        assertEquals(bytes, body.readableBytes());
        while (parser.nextToken() != null) {
          // Only that it can be read to its end is asked.
        }
      } finally {
        body.release();
      }
    }
  }

  @Test
  void whatHasNoRoomIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Body(100, Body.Kind.MEDIA));
  }

  @Test
  void workloadsHaveNamesOfTheirOwn() {
    long names = Catalogue.ALL.stream().map(Workload::label).distinct().count();
    assertEquals(Catalogue.ALL.size(), names);
    assertThrows(IllegalArgumentException.class, () -> Catalogue.named("none"));
  }
}
