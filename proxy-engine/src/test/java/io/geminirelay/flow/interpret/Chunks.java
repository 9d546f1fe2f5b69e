package io.geminirelay.flow.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.AnswerReference;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Map;

/**
 * Runs an accumulator over the pieces of a body and keeps what it writes. Its allocator counts
 * instead of recording each access: a sweep makes millions of them.
 */
final class Chunks implements JsonChunkAccumulator.Reader {
  private static final UnpooledByteBufAllocator COUNTED = new UnpooledByteBufAllocator(true, true);

  private final ByteBuf written = COUNTED.heapBuffer();
  private final AnswerForm form;
  private boolean ready = true;

  private Chunks(AnswerForm form) {
    this.form = form;
  }

  /** The elements that come of {@code pieces}, as the client reads them. */
  static List<Map<String, Object>> of(
      List<byte[]> pieces, AnswerForm form, int chunkTokens, boolean thoughts) {
    Chunks chunks = new Chunks(form);
    JsonChunkAccumulator accumulator = chunks.accumulator(chunkTokens);
    try {
      accumulator.withThoughts(thoughts);
      for (byte[] piece : pieces) {
        look(accumulator, piece);
      }
      return chunks.end(accumulator);
    } finally {
      accumulator.release();
      chunks.written.release();
      assertEquals(0, COUNTED.metric().usedDirectMemory(), "bytes not released");
    }
  }

  static void look(JsonChunkAccumulator accumulator, byte[] piece) {
    // Off the beginning, and with bytes behind it that are none of the piece.
    ByteBuf buf =
        COUNTED.heapBuffer(piece.length + 4).writeByte('"').writeBytes(piece).writeByte('"');
    try {
      accumulator.look(buf, 1, 1 + piece.length);
    } finally {
      buf.release();
    }
  }

  private JsonChunkAccumulator accumulator(int chunkTokens) {
    return new JsonChunkAccumulator(COUNTED, form, chunkTokens, this);
  }

  private List<Map<String, Object>> end(JsonChunkAccumulator accumulator) {
    accumulator.finish();
    AnswerFindings found = accumulator.findings();
    boolean complete = !found.failed() && !accumulator.broken() && accumulator.concluded();
    GenerateError error =
        found.failed()
            ? GenerateError.OfGoogle.of(found)
            : new GenerateError.OfGoogle(502, "not whole", "UNAVAILABLE");
    take(complete ? accumulator.giveLast() : accumulator.giveFailed(error));
    byte[] bytes = new byte[written.readableBytes()];
    written.readBytes(bytes);
    return form.events() ? AnswerReference.events(bytes) : AnswerReference.elements(bytes);
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public void take(ByteBuf element) {
    written.writeBytes(element);
    element.release();
  }
}
