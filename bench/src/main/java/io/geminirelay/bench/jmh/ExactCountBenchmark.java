package io.geminirelay.bench.jmh;

import io.geminirelay.base.tokens.TextCounter;
import io.geminirelay.base.tokens.TokenCounters;
import io.geminirelay.testing.TokenTexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
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

/**
 * Exact counting of {@value #BYTES} bytes of a kind of text; bytes over microseconds is MB/s. Needs
 * {@code shared/tokens} and the vocabulary that {@code scripts/test} fetches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ExactCountBenchmark {
  private static final int BYTES = 1_000_000;

  /** Kind of text; letters are random ones without any place to cut, the hardest case. */
  @Param({"prose", "code", "html", "cjk", "base64", "letters"})
  public String kind = "";

  private final ByteBuf text = Unpooled.directBuffer(BYTES);
  private @Nullable TextCounter counter;

  /** Loads the vocabulary and gathers the text. */
  @Setup
  public void prepare() throws IOException {
    counter = TokenCounters.load(TokenTexts.vocabulary()).counter();
    byte[] all = bytes();
    while (text.writableBytes() > 0) {
      text.writeBytes(all, 0, Math.min(all.length, text.writableBytes()));
    }
  }

  private byte[] bytes() {
    Random random = new Random(1);
    byte[] made = new byte[BYTES];
    switch (kind) {
      case "base64" -> {
        random.nextBytes(made);
        return Base64.getEncoder().encode(made);
      }
      case "letters" -> {
        for (int i = 0; i < made.length; i++) {
          made[i] = (byte) ('a' + random.nextInt(26));
        }
        return made;
      }
      default -> {
        return recorded();
      }
    }
  }

  private byte[] recorded() {
    List<String> prefixes =
        switch (kind) {
          case "prose" -> List.of("prose-debian", "prose-html-x", "prose-html-ru", "fortune");
          case "cjk" -> List.of("prose-developers-reference-ja", "prose-html-ja", "man-");
          default -> List.of(kind);
        };
    StringBuilder joined = new StringBuilder();
    TokenTexts.all().stream()
        .filter(one -> prefixes.stream().anyMatch(one.kind()::startsWith))
        .forEach(one -> joined.append(one.text()).append('\n'));
    return joined.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Releases what {@link #prepare()} made. */
  @TearDown
  public void release() {
    text.release();
  }

  /**
   * One whole text.
   *
   * @return tokens
   */
  @Benchmark
  public long wholeText() {
    TextCounter exact = Objects.requireNonNull(counter);
    exact.reset();
    exact.begin();
    exact.look(text, 0, text.writerIndex());
    exact.end();
    return exact.tokens();
  }
}
