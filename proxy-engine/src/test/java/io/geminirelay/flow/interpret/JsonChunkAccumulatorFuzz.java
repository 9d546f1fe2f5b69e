package io.geminirelay.flow.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.geminirelay.fuzz.Cuts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The accumulator: whatever Google sends, the client gets valid JSON, the same for every cut. */
class JsonChunkAccumulatorFuzz {
  private static final JsonFactory STRICT = new JsonFactory();
  private static final AnswerForm WHOLE = new AnswerForm(false, false);
  private static final AnswerForm DELTA = new AnswerForm(false, true);

  @FuzzTest
  void givesValidJsonAlikeHoweverCut(byte[] answer) throws IOException {
    for (AnswerForm form : List.of(WHOLE, DELTA)) {
      byte[] given = Cuts.alike(answer, pieces -> new Given(accumulate(pieces, form))).bytes();
      try (JsonParser parser = STRICT.createParser(given)) {
        while (parser.nextToken() != null) {
          parser.getText();
        }
      }
    }
  }

  /** Bytes that are equal by what they hold. */
  @SuppressWarnings("ArrayRecordComponent") // compared below
  private record Given(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Given given && Arrays.equals(bytes, given.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private static byte[] accumulate(Cuts.Pieces pieces, AnswerForm form) {
    Taken taken = new Taken();
    var alloc = new UnpooledByteBufAllocator(false, true);
    JsonChunkAccumulator accumulator = new JsonChunkAccumulator(alloc, form, 3, taken);
    try {
      pieces.feed(accumulator::look);
      accumulator.finish();
      taken.take(accumulator.giveLast());
    } finally {
      accumulator.release();
    }
    assertEquals(0, alloc.metric().usedDirectMemory() + alloc.metric().usedHeapMemory());
    return taken.bytes.toByteArray();
  }

  private static final class Taken implements JsonChunkAccumulator.Reader {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void take(ByteBuf element) {
      assertTrue(element.isReadable());
      bytes.writeBytes(ByteBufUtil.getBytes(element));
      element.release();
    }
  }
}
