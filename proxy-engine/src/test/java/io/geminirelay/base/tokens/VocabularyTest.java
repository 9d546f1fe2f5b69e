package io.geminirelay.base.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.sim.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "abc, 1", // b with c comes first, then a with it
    "ab, 1",
    "aab, 2",
    "abab, 2",
    "ababc, 2",
    "cba, 3",
    "'a a', 2", // the space goes to the a behind it
    "'  ', 2",
    "x, 1", // no piece: one token for each byte
    "xyz, 3",
    "\u00e9, 2",
    "a\u20acb, 5",
    "\ud83d\ude00, 4",
    "'', 0",
  })
  void mergesByRankAndFallsBackToBytes(String text, long tokens) throws Exception {
    assertEquals(tokens, new TinyVocabulary().count(folder, text));
  }

  @Test
  void takesMergesAsTextsToo() throws Exception {
    List<String> merges = List.of("b c", "a b", "a bc", "\u2581 a");
    assertEquals(2, new TinyVocabulary().withModel("merges", merges).count(folder, "ababc"));
  }

  @Test
  void needsNoNormalizerAndNoSplitting() throws Exception {
    TinyVocabulary plain = new TinyVocabulary();
    plain.with("normalizer", Map.of()).with("pre_tokenizer", Map.of());
    assertEquals(3, plain.count(folder, "a a"));
  }

  @Test
  void findsTheLongestAddedTokenFromTheLeftAndNoSpecialOne() throws Exception {
    TinyVocabulary added =
        new TinyVocabulary()
            .withAdded("<a>", "special", false)
            .withAdded("<a><b>", "special", false)
            .withAdded("<\u20ac>", "special", false)
            .withAdded("<e>", "special", true);
    assertEquals(1, added.count(folder, "<a>"));
    assertEquals(1, added.count(folder, "<a><b>"));
    assertEquals(1 + 2, added.count(folder, "<a><b"));
    assertEquals(2, added.count(folder, "<a><a>"));
    assertEquals(1 + 1 + 1, added.count(folder, "<<a>>"));
    assertEquals(1, added.count(folder, "<\u20ac>"));
    assertEquals(1 + 3, added.count(folder, "<\u20ac"));
    assertEquals(3, added.count(folder, "<e>"));
    assertEquals(4, added.count(folder, "ab<a>cc"), "nothing merges over it");
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Path missing = folder.resolve("none.json");
    refused(missing, "none.json does not exist");
    refused(folder, "cannot be read");
    refused(Files.writeString(folder.resolve("x.json"), "{\"model\":\n{"), "JSON in line 2");
    refused(Files.writeString(folder.resolve("x.json"), ""), "is not a tokenizer");
    refused(Files.writeString(folder.resolve("x.json"), "[]"), "is not a tokenizer");
    refused(Files.writeString(folder.resolve("x.json"), "{}"), "has no model");
    refused(new TinyVocabulary().without("<0x7F>"), "no piece <0x7F>");
    refused(new TinyVocabulary().without("\uFFFD"), "no piece for U+FFFD");
    refused(new TinyVocabulary().without("abc"), "merge (number 3) that makes a piece");
    refused(new TinyVocabulary().without("c"), "merge (number 1) that names a piece");
  }

  @ParameterizedTest
  @ValueSource(strings = {"type", "byte_fallback", "ignore_merges", "dropout"})
  void refusesAModelItDoesNotUnderstand(String name) throws Exception {
    Object value = name.equals("type") ? "Unigram" : name.equals("byte_fallback") ? false : true;
    refused(new TinyVocabulary().withModel(name, value), name.equals("type") ? "Unigram" : name);
    refused(new TinyVocabulary().withModel("continuing_subword_prefix", "##"), "prefix");
    refused(new TinyVocabulary().withModel("merges", List.of("ab")), "no space");
    refused(new TinyVocabulary().withModel("merges", List.of(1)), "a merge is not as it should");
    refused(new TinyVocabulary().withModel("vocab", Map.of("a", "b")), "a piece of model.vocab");
    refused(new TinyVocabulary().withModel("vocab", Map.of()), "before model.vocab");
  }

  @Test
  void refusesOtherWaysToPrepareATextThanThoseItKnows() throws Exception {
    Map<String, Object> lower = Json.object("type", "Lowercase");
    refused(new TinyVocabulary().with("normalizer", lower), "normalizer");
    Map<String, Object> bytes = Json.object("type", "ByteLevel", "use_regex", true);
    refused(new TinyVocabulary().with("pre_tokenizer", bytes), "pre_tokenizer");
    refused(new TinyVocabulary().withAdded("<a>", "lstrip", true), "<a> with lstrip");
    refused(new TinyVocabulary().withAdded("", "special", false), "without content");
  }

  private void refused(TinyVocabulary vocabulary, String why) throws Exception {
    refused(vocabulary.write(folder), why);
  }

  private static void refused(Path file, String why) {
    VocabularyException refused =
        assertThrows(VocabularyException.class, () -> Vocabulary.load(file), why);
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(why), message);
    assertTrue(message.startsWith("server.tokenizer_file: " + file), message);
    assertTrue(message.contains("leave the setting out"), message);
  }
}
