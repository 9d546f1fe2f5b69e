package io.geminirelay.base.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.EverySplit;
import io.geminirelay.testing.TokenTexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With Gemma's vocabulary. Counts written out here were made by Hugging Face's tokenizers. */
class VocabularyCounterTest {
  private static Vocabulary vocabulary;
  private static TokenCounters counters;

  /** Once for all tests, but asked by each: a skip before the class would leave none to be seen. */
  @BeforeEach
  void load() throws Exception {
    Path file = TokenTexts.vocabulary();
    if (counters == null) {
      vocabulary = Vocabulary.load(file);
      counters = TokenCounters.load(file);
    }
  }

  @Test
  void everyTextHasItsReferenceCount() {
    TextCounter counter = counters.counter();
    List<TokenTexts.Counted> texts = TokenTexts.all();
    assertTrue(texts.size() > 300, "only " + texts.size() + " texts");
    long sum = 0;
    for (TokenTexts.Counted text : texts) {
      assertEquals(text.tokens(), Counting.count(counter, List.of(text.utf8())), text::text);
      sum += text.tokens();
    }
    counter.reset();
    for (TokenTexts.Counted text : texts) {
      counter.begin();
      Counting.look(counter, text.utf8());
      counter.end();
    }
    assertEquals(sum, counter.tokens(), "all texts together");
  }

  @Test
  void theVocabularyIsWholeAndSmall() {
    assertEquals(262_144, vocabulary.pieces());
    assertEquals(514_906, vocabulary.mergeCount());
    assertTrue(vocabulary.sizeBytes() < 16 << 20, vocabulary.sizeBytes() + " bytes");
  }

  @Test
  void aTextMayBeCutAnywhere() {
    TextCounter counter = counters.counter();
    Random random = new Random(7);
    for (TokenTexts.Counted text : TokenTexts.all()) {
      byte[] utf8 = text.utf8();
      for (int largest : new int[] {1, 3, 50, 1000}) {
        List<byte[]> pieces = EverySplit.randomly(utf8, largest, random);
        assertEquals(text.tokens(), Counting.count(counter, pieces), text.kind() + largest);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The \u00e4\u00f6\u00fc \u20ac \ud83d\udc68\u200d\ud83d\udc69 <table><tab\n\n\n  </div> \u6f22\u5b57\u304b\u306a 1234 \udb40\udc01",
        "<tab<table>le>\n\t\n\r\n\u2581\u2581\u2581  [multimodal]",
      })
  void everySplitGivesTheSameCount(String text) {
    TextCounter counter = counters.counter();
    long whole = Counting.count(counter, text);
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    EverySplit.of(utf8, pieces -> assertEquals(whole, Counting.count(counter, pieces)));
  }

  @Test
  void escapedCharactersCountLikeWrittenOnes() {
    TextCounter counter = counters.counter();
    Random random = new Random(11);
    for (TokenTexts.Counted text : TokenTexts.all().subList(0, 100)) {
      counter.reset();
      counter.begin();
      text.text()
          .codePoints()
          .forEach(
              codePoint -> {
                if (random.nextBoolean()) {
                  counter.character(codePoint);
                } else {
                  String one = Character.toString(codePoint);
                  Counting.look(counter, one.getBytes(StandardCharsets.UTF_8));
                }
              });
      counter.end();
      assertEquals(text.tokens(), counter.tokens(), text::text);
    }
  }

  /** Java's own decoder replaces the same parts, but for surrogates, of which it makes one. */
  @Test
  void invalidBytesCountAsReplacementCharacters() {
    TextCounter counter = counters.counter();
    Random random = new Random(13);
    int[] tricky = {0xC0, 0xC1, 0xC3, 0xE0, 0xE2, 0xF0, 0xF4, 0xF5, 0xFF, 0x80, 0x9F, 0xBF};
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[1 + random.nextInt(12)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (random.nextInt(4) == 0 ? 'a' : tricky[random.nextInt(tricky.length)]);
      }
      String decoded = new String(bytes, StandardCharsets.UTF_8);
      List<byte[]> pieces = EverySplit.randomly(bytes, 3, random);
      long expected = Counting.count(counter, decoded);
      assertEquals(expected, Counting.count(counter, pieces), decoded);
    }
  }

  @Test
  void anEncodedSurrogateIsThreeInvalidParts() {
    byte[] surrogate = {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80, 'a'};
    TextCounter counter = counters.counter();
    long expected = Counting.count(counter, "a\ufffd\ufffd\ufffda");
    assertEquals(expected, Counting.count(counter, List.of(surrogate)));
    byte[] last = {'a', (byte) 0xED, (byte) 0x9F, (byte) 0xBF};
    assertEquals(4, Counting.count(counter, List.of(last)), "U+D7FF has no piece");
  }

  @Test
  void anEscapeEndsACharacterThatIsNotComplete() {
    TextCounter counter = counters.counter();
    counter.begin();
    Counting.look(counter, new byte[] {(byte) 0xE2, (byte) 0x82});
    counter.character('a');
    counter.character(0xD800);
    Counting.look(counter, new byte[] {(byte) 0xF0});
    counter.end();
    long expected = Counting.count(counters.counter(), "\ufffda\ufffd\ufffd");
    assertEquals(expected, counter.tokens());
  }

  @Test
  void aTextThatWasNotEndedDoesNotCount() {
    TextCounter counter = counters.counter();
    counter.begin();
    Counting.look(counter, "one <ta".getBytes(StandardCharsets.UTF_8));
    counter.begin();
    Counting.look(counter, "a".getBytes(StandardCharsets.UTF_8));
    counter.end();
    assertEquals(1, counter.tokens());
  }

  @ParameterizedTest
  @CsvSource({
    "a<table>b, 3",
    "<tab<table>le>, 5",
    "'</tab', 2",
    "[multimodal], 1",
    "[multimodal, 3",
    "<unused99>, 1",
    "<unused9999>, 7",
    "<mask>, 1",
    "'x  y', 3",
    "x\u2581\u2581y, 3",
    "e\u0301, 2",
    "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67, 5",
    "\udb40\udc01, 4",
    "\ufdfa, 1",
    "\ufeff, 1",
  })
  void oddTextsCountAsTheReferenceHasThem(String text, long tokens) {
    assertEquals(tokens, Counting.count(counters.counter(), text));
  }

  @ParameterizedTest
  @CsvSource({
    "' ', 1, 1, 2, 2, 4, 162, 3226",
    "'\n', 1, 1, 2, 2, 4, 162, 3226",
    "'\t', 1, 1, 2, 2, 4, 162, 3226",
    "\u2581, 1, 1, 2, 2, 4, 162, 3226",
    "a, 1, 5, 4, 5, 13, 625, 12500",
    "A, 1, 4, 2, 3, 7, 313, 6250",
    "=, 1, 2, 2, 3, 7, 313, 6250",
    "ab, 1, 16, 16, 17, 50, 2500, 50000",
    "' a', 1, 31, 32, 33, 100, 5000, 100000",
    "'.. ', 2, 32, 33, 34, 101, 5001, 100001",
    "\u00e9, 1, 31, 32, 33, 100, 5000, 100000",
    "\u3042, 1, 16, 16, 17, 50, 2500, 50000",
    "\ud83d\ude00, 1, 31, 32, 33, 100, 5000, 100000",
    "'\r\n', 2, 62, 64, 66, 200, 10000, 200000",
    "<td, 2, 62, 64, 66, 200, 10000, 200000",
    "abcdefghij, 3, 93, 96, 99, 300, 15000, 300000",
  })
  void runsCountAsTheReferenceHasThem(
      String unit, long n1, long n31, long n32, long n33, long n100, long n5k, long n100k) {
    TextCounter counter = counters.counter();
    int[] repeats = {1, 31, 32, 33, 100, 5000, 100_000};
    long[] expected = {n1, n31, n32, n33, n100, n5k, n100k};
    for (int i = 0; i < repeats.length; i++) {
      String text = unit.repeat(repeats[i]);
      assertEquals(expected[i], Counting.count(counter, text), repeats[i] + " times");
    }
  }

  /** What cannot be cut for 300,000 characters, against merging the whole of it at once. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ab",
        "aab",
        "abc",
        "etaoin",
        "abcdefghijklmnopqrstuvwxyz",
        "ABCDEFabcdef",
        " e",
        "-=",
        ".,;",
        "\u3042\u3044\u3046",
        "\u0e01\u0e02\u0e04\u0e31\u0e32"
      })
  void aSegmentThatIsCutForItsLengthKeepsItsCount(String alphabet) {
    Random random = new Random(alphabet.hashCode());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 300_000; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    int[] pieces = text.codePoints().map(vocabulary.characters()::piece).toArray();
    long whole = new SegmentMerger(vocabulary.merges()).count(pieces, pieces.length);
    assertEquals(whole, Counting.count(counters.counter(), text.toString()));
  }

  @Test
  void countsAlongWithATextAndNeverTooMuch() {
    TextCounter counter = counters.counter();
    byte[] text = "The quick brown fox jumps. ".repeat(10_000).getBytes(StandardCharsets.UTF_8);
    long whole = Counting.count(counter, List.of(text));
    counter.reset();
    counter.begin();
    long before = 0;
    for (int from = 0; from < text.length; from += 1_000) {
      Counting.look(counter, Arrays.copyOfRange(text, from, from + 1_000));
      long now = counter.tokens();
      assertTrue(now > before && now <= whole, now + " of " + whole);
      before = now;
    }
    assertTrue(before > whole - 10, before + " of " + whole);
    counter.end();
    assertEquals(whole, counter.tokens());
  }

  @Test
  void memoryDoesNotGrowWithTheTextNorIsAnyTakenOnceWarm() {
    TextCounter counter = counters.counter();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    ByteBuf buf = Unpooled.wrappedBuffer("a".repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
    try {
      counter.begin();
      counter.look(buf, 0, 1 << 20);
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 7; i++) {
        counter.look(buf, 0, 1 << 20);
      }
      counter.end();
      long taken = threads.getCurrentThreadAllocatedBytes() - before;
      assertEquals(1 << 20, counter.tokens());
      assertTrue(taken < 64 << 10, taken + " bytes taken");
    } finally {
      buf.release();
    }
  }
}
