package io.geminirelay.bench.jmh;

import io.geminirelay.base.scan.EditPoints;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What finding the places of edits costs a request: 1,000,000 over the result is MB/s for 1 MB. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EditPointsBenchmark {
  private static final int BODY_BYTES = 1_000_000;

  /** Characters of each text in the conversation. */
  @Param({"30", "4000"})
  public int textBytes;

  private ByteBuf body = Unpooled.EMPTY_BUFFER;

  /** Writes a body of about 1 MB. */
  @Setup
  public void prepare() {
    String turn =
        "{\"role\":\"user\",\"parts\":[{\"text\":\"" + "word ".repeat(textBytes / 5) + "\"}]},";
    String turns = turn.repeat(BODY_BYTES / turn.length());
    String text = "{\"contents\":[" + turns + "],\"generationConfig\":{\"topK\":4}}";
    body = Unpooled.directBuffer(text.length());
    ByteBufUtil.writeAscii(body, text);
  }

  /** Releases what {@link #prepare()} made. */
  @TearDown
  public void release() {
    body.release();
  }

  /**
   * One whole body.
   *
   * @return where {@code topP} belongs
   */
  @Benchmark
  public EditPoints.@Nullable Place wholeBody() {
    EditPoints points = new EditPoints();
    points.look(body, body.readerIndex(), body.writerIndex());
    points.end();
    return points.nativeTopP();
  }
}
