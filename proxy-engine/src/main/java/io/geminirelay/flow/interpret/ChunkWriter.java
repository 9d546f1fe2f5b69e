package io.geminirelay.flow.interpret;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.config.Secret;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the elements of an answer of {@code /generate}: the text as slices of a {@link
 * TextJoiner}, what stands around it as a few bytes of its own.
 *
 * <p>Keeps where the next element begins; owns no buffer. Not thread-safe.
 */
final class ChunkWriter {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int AROUND_BYTES = 128;

  private final ByteBufAllocator alloc;
  private final AnswerForm form;
  private int written;
  private long told;
  private @Nullable Secret key;

  ChunkWriter(ByteBufAllocator alloc, AnswerForm form) {
    this.alloc = alloc;
    this.form = form;
  }

  /** Says which key the answer was given for. */
  void hide(@Nullable Secret key) {
    this.key = key;
  }

  /** Elements written. */
  int written() {
    return written;
  }

  /** An element with the text so far, or with what of it is new; the caller releases it. */
  ByteBuf give(TextJoiner text, long totalTokens) {
    ByteBuf end = alloc.directBuffer(AROUND_BYTES);
    members(end, false, totalTokens);
    ByteBufUtil.writeAscii(end, form.events() ? "}\n\n" : "}");
    return give(text, end);
  }

  /** The last element of a complete answer and the end of the array; the caller releases it. */
  ByteBuf giveLast(TextJoiner text, AnswerFindings found) {
    ByteBuf end = alloc.directBuffer(AROUND_BYTES);
    members(end, true, found.totalTokens());
    String reason = FinishNote.reason(found);
    if (reason != null) {
      member(end, "finish_reason", out -> out.writeString(reason));
    }
    String note = FinishNote.of(found, text.length() == 0);
    if (note != null) {
      member(end, "message", out -> out.writeString(note));
      end = scrubbed(end);
    }
    close(end);
    return give(text, end);
  }

  /** The last element of an answer that is not complete; the caller releases it. */
  ByteBuf giveFailed(TextJoiner text, AnswerFindings found, GenerateError error) {
    ByteBuf end = alloc.directBuffer(AROUND_BYTES);
    members(end, false, found.totalTokens());
    member(end, "error", error::write);
    end = scrubbed(end);
    close(end);
    return give(text, end);
  }

  private ByteBuf give(TextJoiner text, ByteBuf end) {
    CompositeByteBuf element = alloc.compositeDirectBuffer(text.blocks() + 2);
    ByteBuf begin = alloc.directBuffer(AROUND_BYTES / 4);
    ByteBufUtil.writeAscii(begin, form.events() ? "data: " : written == 0 ? "[" : ",\n");
    ByteBufUtil.writeAscii(begin, "{\"content\":\"");
    element.addComponent(true, begin);
    text.giveTo(element, form.delta() ? told : 0);
    element.addComponent(true, end);
    told = text.length();
    if (form.delta()) {
      text.forget(told);
    }
    written++;
    return element;
  }

  private void members(ByteBuf end, boolean complete, long totalTokens) {
    ByteBufUtil.writeAscii(end, "\",\"is_complete\":");
    ByteBufUtil.writeAscii(end, complete ? "true" : "false");
    ByteBufUtil.writeAscii(end, ",\"chunk_number\":" + (written + 1));
    ByteBufUtil.writeAscii(end, ",\"total_tokens\":" + totalTokens);
  }

  private void close(ByteBuf end) {
    ByteBufUtil.writeAscii(end, form.events() ? "}\n\n" : "}]");
  }

  /** What Google says may hold a key. */
  private ByteBuf scrubbed(ByteBuf end) {
    return Redaction.take(end, alloc, key);
  }

  /** Writes a value. */
  private interface Value {
    void write(JsonGenerator out) throws IOException;
  }

  private static void member(ByteBuf end, String name, Value value) {
    ByteBufUtil.writeAscii(end, ",\"" + name + "\":");
    write(end, value);
  }

  private static void write(ByteBuf target, Value value) {
    try (JsonGenerator out = JSON.createGenerator((OutputStream) new ByteBufOutputStream(target))) {
      value.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }

  /**
   * The body of an answer that holds {@code error} alone; the caller releases it.
   *
   * @param key not to be shown, or null
   */
  static ByteBuf giveBody(ByteBufAllocator alloc, GenerateError error, @Nullable Secret key) {
    ByteBuf body = alloc.buffer();
    write(
        body,
        out -> {
          out.writeStartObject();
          out.writeFieldName("error");
          error.write(out);
          out.writeEndObject();
        });
    return Redaction.take(body, alloc, key);
  }
}
