package io.geminirelay.bench.jmh;

import io.geminirelay.base.tokens.PromptForm;
import io.geminirelay.base.tokens.TextCounter;
import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.base.tokens.TokenWalk;
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

/** How fast bodies are counted: each operation is a megabyte, so that the score is MB/s. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class PromptCountBenchmark {
  private static final int BODY_BYTES = 1_000_000;

  /** What the body is made of. */
  public enum Kind {
    /** One long text. */
    PROSE("It is a truth universally acknowledged, that a single man must be in want.\\n"),
    /** One inline picture. */
    PICTURE("iVBORw0KGgoAAAANSUhEUgAAAAQAAAAEAQMAAACTPww9AAAAAXNSR0IB2cksfwAAAAlwSFlz");

    private final String unit;

    Kind(String unit) {
      this.unit = unit;
    }
  }

  /** What the body is made of. */
  @Param({"PROSE", "PICTURE"})
  public Kind kind = Kind.PROSE;

  private final TextCounter counter = new TokenEstimate();
  private ByteBuf body = Unpooled.EMPTY_BUFFER;

  /** Writes the body. */
  @Setup
  public void prepare() {
    String open =
        kind == Kind.PROSE
            ? "{\"contents\":[{\"parts\":[{\"text\":\""
            : "{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"";
    String close = kind == Kind.PROSE ? "\"}]}]}" : "\"}}]}]}";
    int units = (BODY_BYTES - open.length() - close.length()) / kind.unit.length();
    String json = open + kind.unit.repeat(units) + close;
    body = Unpooled.directBuffer(json.length());
    ByteBufUtil.writeAscii(body, json);
  }

  /** Releases what {@link #prepare()} made. */
  @TearDown
  public void release() {
    body.release();
  }

  /**
   * One body through parser and estimate.
   *
   * @return its tokens
   */
  @Benchmark
  public long megabyte() {
    TokenWalk walk = new TokenWalk(counter, PromptForm.GEMINI, "gemini-2.5-flash");
    walk.look(body, body.readerIndex(), body.writerIndex());
    walk.finish();
    long tokens = walk.tokens();
    walk.release();
    return tokens;
  }
}
