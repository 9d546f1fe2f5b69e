package io.geminirelay.base.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.EverySplit;
import io.geminirelay.testing.sim.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenEstimateTest {
  private static final int LARGE_BYTES = 2_048;
  private static final String MIXED =
      "Hello, wörld!\n\n  if (a_b == 42) { return \"🌶️ ok\"; } // Привет — 你好、世界。"
          + "\u0000\t~~~~~~~~~~~~~~~~~~~~ 한국어 ภาษาไทย עברית \uDBFF\uDFFD\u2028-----";

  private final TokenEstimate estimate = new TokenEstimate();

  private long count(byte[] bytes) {
    return count(List.of(bytes));
  }

  private long count(List<byte[]> pieces) {
    estimate.reset();
    estimate.begin();
    for (byte[] piece : pieces) {
      ByteBuf buf = Unpooled.wrappedBuffer(piece);
      estimate.look(buf, 0, piece.length);
    }
    estimate.end();
    return estimate.tokens();
  }

  private long count(String text) {
    return count(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<Map<String, Object>> knownTexts() throws IOException {
    Path file = Corpus.shared().resolve("tokens/texts.jsonl");
    Assumptions.assumeTrue(Files.exists(file), "no shared/tokens beside the project");
    return Files.readAllLines(file).stream().map(TokenEstimateTest::parse).toList();
  }

  private static Map<String, Object> parse(String line) {
    try {
      return Json.map(Json.parse(line.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(Map<String, Object> known) {
    return String.valueOf(known.get("text")).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void staysWithinItsBoundsOfErrorOnLargeTexts() throws IOException {
    double[] errors =
        knownTexts().stream()
            .filter(known -> bytes(known).length > LARGE_BYTES)
            .mapToDouble(
                known -> {
                  double tokens = ((Number) known.get("tokens")).doubleValue();
                  return Math.abs(count(bytes(known)) - tokens) / tokens;
                })
            .sorted()
            .toArray();
    assertTrue(errors.length > 100, errors.length + " large texts");
    assertTrue(errors[errors.length / 2] <= 0.04, "median " + errors[errors.length / 2]);
    double most = errors[(int) Math.ceil(0.95 * errors.length) - 1];
    assertTrue(most <= 0.12, "95th percentile " + most);
  }

  @Test
  void neverCountsMoreTokensThanBytesOrLessForMoreText() throws IOException {
    for (Map<String, Object> known : knownTexts()) {
      byte[] text = bytes(known);
      long half = count(Arrays.copyOf(text, text.length / 2));
      long all = count(text);
      assertTrue(half <= all && all <= text.length, () -> known.get("kind") + ": " + all);
    }
  }

  @Test
  void boundsAndOrderHoldForAnyCharacters() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      int widest = 1 << (1 + random.nextInt(20));
      int lowest = random.nextInt(0x110000);
      String a = characters(random, lowest, widest);
      String b = characters(random, lowest, widest);
      long both = count(a + b);
      String about = "seed " + seed + ", text " + i;
      assertTrue(both <= (a + b).getBytes(StandardCharsets.UTF_8).length, about);
      assertTrue(count(a) >= 1 && both >= count(a), about);
      // The border between them costs a token at most, and so does what is not seen across it.
      assertTrue(Math.abs(both - count(a) - count(b)) <= 2 + b.length(), about);
    }
  }

  private static String characters(Random random, int lowest, int widest) {
    StringBuilder text = new StringBuilder();
    int length = 1 + random.nextInt(50);
    for (int i = 0; i < length; i++) {
      int c = Math.min(0x10FFFF, lowest + random.nextInt(widest));
      text.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? ' ' : c);
    }
    return text.toString();
  }

  @Test
  void anyBytesAreCountedWithoutFailureAndNeverAboveTheirNumber() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 3_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(64)];
      random.nextBytes(bytes);
      long tokens = count(bytes);
      assertTrue(tokens >= 1 && tokens <= bytes.length, "seed " + seed + ", text " + i);
    }
  }

  @Test
  void piecesCutAnywhereGiveTheSameCount() throws IOException {
    everySplit(MIXED.repeat(20).getBytes(StandardCharsets.UTF_8));
    byte[] invalid = new byte[600];
    new Random(7).nextBytes(invalid);
    everySplit(invalid);
    for (Map<String, Object> known : knownTexts()) {
      if (bytes(known).length < 700) {
        everySplit(bytes(known));
      }
    }
  }

  private void everySplit(byte[] text) {
    long whole = count(text);
    EverySplit.of(text, pieces -> assertEquals(whole, count(pieces)));
  }

  @Test
  void charactersThatComeEscapedCountAsTheirBytesDo() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] bytes = MIXED.getBytes(StandardCharsets.UTF_8);
    ByteBuf buf = Unpooled.wrappedBuffer(bytes);
    for (int i = 0; i < 200; i++) {
      estimate.reset();
      estimate.begin();
      int at = 0;
      for (int c : MIXED.codePoints().toArray()) {
        int size = Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
        if (random.nextBoolean()) {
          estimate.character(c);
        } else {
          estimate.look(buf, at, at + size);
        }
        at += size;
      }
      estimate.end();
      assertEquals(count(bytes), estimate.tokens(), "seed " + seed);
    }
  }

  @Test
  void invalidSequencesCountAsReplacementCharacters() {
    byte[][] invalid = {
      {'a', (byte) 0xC3},
      {'a', (byte) 0xC3, 'b'},
      {(byte) 0xE2, (byte) 0x82, 'x', (byte) 0x80},
      {'a', (byte) 0xC0, (byte) 0xAF, (byte) 0xF8},
      {(byte) 0xF0, (byte) 0x9F, (byte) 0xC3, (byte) 0xA9},
      {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80, (byte) 0xFF, (byte) 0xC0},
    };
    for (byte[] bytes : invalid) {
      estimate.reset();
      estimate.begin();
      new String(bytes, StandardCharsets.UTF_8)
          .codePoints()
          .forEach(c -> estimate.character(c == 0xFFFD ? 0xD800 : c));
      estimate.end();
      assertEquals(estimate.tokens(), count(bytes), Arrays.toString(bytes));
    }
  }

  @Test
  void aCharacterCutOffByAnEscapeIsInvalid() {
    estimate.reset();
    estimate.begin();
    estimate.look(Unpooled.wrappedBuffer(new byte[] {'a', (byte) 0xE2, (byte) 0x82}), 0, 3);
    estimate.character('b');
    estimate.end();
    assertEquals(count(new byte[] {'a', (byte) 0xE2, (byte) 0x82, 'b'}), estimate.tokens());
  }

  @Test
  void textsAddUpUntilReset() {
    estimate.reset();
    for (int i = 0; i < 100; i++) {
      estimate.begin();
      estimate.character('7');
      estimate.end();
    }
    assertEquals(100, estimate.tokens());
    estimate.begin();
    estimate.character('7');
    assertEquals(101, estimate.tokens(), "with a text that has not ended");
    estimate.reset();
    assertEquals(0, estimate.tokens());
    estimate.begin();
    estimate.end();
    assertEquals(0, estimate.tokens(), "an empty text");
    assertEquals(count("abc"), new TokenEstimateTest().count("abc"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0123456789", "3.14159", "1,2\n3"})
  void everyDigitIsATokenOfItsOwn(String text) {
    assertEquals(text.length(), count(text));
  }

  @Test
  void rareHanIsNotCheap() {
    TokenEstimate estimate = new TokenEstimate();
    estimate.begin();
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      estimate.character(0x4E00 + random.nextInt(0x5000));
    }
    assertTrue(estimate.tokens() >= 6_000, () -> estimate.tokens() + " tokens");
    estimate.end();
    assertTrue(estimate.tokens() >= 6_000, () -> estimate.tokens() + " tokens");
  }

  @Test
  void runsCostLittleAndRandomLettersMuch() {
    assertTrue(count(" ".repeat(4_000)) < 1_000);
    assertTrue(count("\n".repeat(4_000)) < 1_600);
    assertTrue(count("The quick brown fox jumps over the lazy dog. ".repeat(100)) < 1_300);
    assertTrue(count("xQ9zJk0vWq7Lp".repeat(100)) > 650);
  }
}
