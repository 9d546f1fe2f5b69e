package io.geminirelay.bench.jmh;

import io.geminirelay.base.scan.EventForms;
import io.geminirelay.base.scan.StreamScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What reading along costs: events of the native dialect; bytes over time is its speed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StreamScannerBenchmark {
  private static final int EVENTS = 64;

  /** Bytes of text in each event; the frame around it is some 200 more. */
  @Param({"100", "4000"})
  public int textBytes;

  private final StreamScanner scanner = new StreamScanner(new EventForms());
  private ByteBuf stream = Unpooled.EMPTY_BUFFER;

  /** Writes a stream of 64 events. */
  @Setup
  public void prepare() {
    String event =
        "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \""
            + "word ".repeat(textBytes / 5)
            + "\"}],\"role\": \"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\":"
            + " 8,\"candidatesTokenCount\": 64,\"totalTokenCount\": 72},\"modelVersion\":"
            + " \"gemini-2.5-flash\"}\r\n\r\n";
    stream = Unpooled.directBuffer(event.length() * EVENTS);
    ByteBufUtil.writeAscii(stream, event.repeat(EVENTS));
  }

  /** Releases what {@link #prepare()} made. */
  @TearDown
  public void release() {
    stream.release();
  }

  /**
   * One whole stream.
   *
   * @return events seen
   */
  @Benchmark
  public int wholeStream() {
    scanner.reset();
    scanner.look(stream, stream.readerIndex(), stream.writerIndex());
    return scanner.events();
  }
}
