package io.geminirelay.bench.jmh;

import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.bench.tokens.KnownText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How fast the estimate reads texts, by their kind; needs the texts with known counts. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class TokenEstimateBenchmark {
  /** Kinds of texts, of at least 17 KB altogether each. */
  @Param({
    "prose-debian",
    "prose-html-x",
    "fortune",
    "prose-html-ru",
    "prose-html-ja",
    "man-zh_CN",
    "names-bn",
    "names-th",
    "html",
    "code-c",
    "json",
    "log",
    "csv"
  })
  public String kind = "";

  private final TokenEstimate estimate = new TokenEstimate();
  private ByteBuf text = Unpooled.EMPTY_BUFFER;

  /** Bytes read, as a rate. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Read {
    /** Megabytes in an operation; the row shows megabytes a second. */
    public double megabytes;
  }

  /** Joins the texts of the kind. */
  @Setup
  public void prepare() throws IOException {
    StringBuilder all = new StringBuilder();
    for (KnownText known : KnownText.read(null)) {
      if (known.kind().equals(kind)) {
        all.append(known.text());
      }
    }
    text = Unpooled.directBuffer(all.length() * 3);
    ByteBufUtil.writeUtf8(text, all);
  }

  /** Releases what {@link #prepare()} made. */
  @TearDown
  public void release() {
    text.release();
  }

  /**
   * All texts of the kind.
   *
   * @return tokens
   */
  @Benchmark
  public long count(Read read) {
    estimate.reset();
    estimate.begin();
    estimate.look(text, 0, text.writerIndex());
    estimate.end();
    read.megabytes += text.writerIndex() / 1e6;
    return estimate.tokens();
  }
}
