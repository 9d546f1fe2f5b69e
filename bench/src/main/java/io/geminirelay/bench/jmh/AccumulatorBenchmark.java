package io.geminirelay.bench.jmh;

import io.geminirelay.flow.interpret.AnswerForm;
import io.geminirelay.flow.interpret.JsonChunkAccumulator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What an answer of {@code /generate} costs, from Google's bytes to the elements, each of which is
 * let go at once. The counter {@code bytes} is Google's bytes in a second.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class AccumulatorBenchmark implements JsonChunkAccumulator.Reader {
  private static final int EVENTS = 64;
  private static final int CHUNK_TOKENS = 50;

  /** Bytes of text in each event; the frame around it is some 200 more. */
  @Param({"100", "4000"})
  public int textBytes;

  private ByteBuf stream = Unpooled.EMPTY_BUFFER;
  private long written;

  /** Bytes read. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counter {
    /** Google's bytes. */
    public long bytes;
  }

  /** Writes a stream of 64 events, each a quarter of its text in tokens. */
  @Setup
  public void prepare() {
    stream = Unpooled.directBuffer((textBytes + 300) * EVENTS);
    for (int i = 1; i <= EVENTS; i++) {
      String event =
          "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \""
              + "line\\nword word \\\"word\\\" ".repeat(textBytes / 25)
              + "\"}],\"role\": \"model\"},\"index\": 0"
              + (i == EVENTS ? ",\"finishReason\": \"STOP\"" : "")
              + "}],\"usageMetadata\": {\"promptTokenCount\": 8,\"candidatesTokenCount\": 64,"
              + ("\"totalTokenCount\": " + i * textBytes / 4)
              + "},\"modelVersion\": \"gemini-2.5-flash\"}\r\n\r\n";
      ByteBufUtil.writeAscii(stream, event);
    }
  }

  /** Releases what {@link #prepare()} made. */
  @TearDown
  public void release() {
    stream.release();
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public void take(ByteBuf element) {
    written += element.readableBytes();
    element.release();
  }

  /**
   * One whole answer.
   *
   * @return bytes of all elements so far
   */
  @Benchmark
  public long wholeAnswer(Counter counter) {
    AnswerForm form = new AnswerForm(false, false);
    JsonChunkAccumulator chunks =
        new JsonChunkAccumulator(ByteBufAllocator.DEFAULT, form, CHUNK_TOKENS, this);
    chunks.look(stream, stream.readerIndex(), stream.writerIndex());
    chunks.finish();
    take(chunks.giveLast());
    chunks.release();
    counter.bytes += stream.readableBytes();
    return written;
  }
}
