package io.geminirelay.base.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.TokenTexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Counts with Gemma's vocabulary beside the {@code promptTokenCount} that Google answered, over all
 * recorded requests with one.
 *
 * <p>Left out: answers grounded in searches or with cached content, whose count has texts that the
 * request has not, and made-up ones. The bounds are what was measured: texts alone come out within
 * {@value #TEXT_BOUND} tokens, with tools within {@value #TOOLS_PERCENT} percent or {@value
 * #TOOLS_BOUND} tokens, with inline media within {@value #MEDIA_PERCENT} percent; what a file that
 * is only named is worth cannot be known. Google leaves the schema of an answer out of this count,
 * though not out of the limit; the count here has it, with no more than a token every {@value
 * #SCHEMA_BYTES_PER_TOKEN} bytes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecordedPromptsTest {
  private static final int TEXT_BOUND = 2;
  private static final int TOOLS_BOUND = 7;
  private static final int TOOLS_PERCENT = 12;
  private static final int MEDIA_PERCENT = 16;
  private static final int SCHEMA_BYTES_PER_TOKEN = 3;

  private static final Pattern PROMPT_TOKENS =
      Pattern.compile("\"(?:promptTokenCount|prompt_tokens)\":\\s*(\\d+)");

  private record Row(CorpusExchange exchange, String kind, long google, long counted) {
    @Override
    public String toString() {
      return "%-7s %6d %6d %+6d  %s".formatted(kind, google, counted, counted - google, exchange);
    }
  }

  private final List<Row> rows = new ArrayList<>();

  @BeforeAll
  void count() throws Exception {
    TokenCounters counters = TokenCounters.load(TokenTexts.vocabulary());
    for (CorpusExchange exchange : Corpus.all()) {
      byte[] body = exchange.requestBody();
      long google = google(exchange);
      if (body != null && google > 0 && !isBeyondItsRequest(exchange, text(body))) {
        rows.add(new Row(exchange, kind(text(body)), google, count(counters, exchange, body)));
      }
    }
    System.out.println("kind    google counted diff  (promptTokenCount beside the count here)");
    rows.forEach(System.out::println);
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  private static long google(CorpusExchange exchange) {
    Matcher found = PROMPT_TOKENS.matcher(exchange.responseText());
    long last = -1;
    while (found.find()) {
      last = Long.parseLong(found.group(1));
    }
    return last;
  }

  private static boolean isBeyondItsRequest(CorpusExchange exchange, String body) {
    return exchange.name().startsWith("rebuilt-")
        || body.contains("google_search")
        || body.contains("googleSearch")
        || body.contains("cachedContent");
  }

  private static String kind(String body) {
    if (body.matches("(?s).*file_?[dD]ata.*")) {
      return "file";
    }
    if (body.matches("(?s).*inline_?[dD]ata.*")) {
      return "media";
    }
    if (body.matches("(?s).*(function_?[dD]eclarations|\"function\").*")) {
      return body.matches("(?s).*response_?[sS]chema.*") ? "schema" : "tools";
    }
    return body.matches("(?s).*response_?([jJ]son_?)?[sS]chema.*") ? "schema" : "text";
  }

  private static long count(TokenCounters counters, CorpusExchange exchange, byte[] body) {
    PromptForm form = exchange.isOpenAi() ? PromptForm.OPENAI : PromptForm.GEMINI;
    String model =
        exchange.isOpenAi() ? "" : exchange.path().replaceAll(".*/models/([^:?]*).*", "$1");
    TokenWalk walk = new TokenWalk(counters.counter(), form, model);
    ByteBuf bytes = Unpooled.wrappedBuffer(body);
    walk.look(bytes, 0, body.length);
    assertTrue(walk.finish(), exchange.name());
    walk.release();
    return walk.tokens();
  }

  private void check(String kind, int tokens, int percent, int atLeast) {
    List<Row> chosen = rows.stream().filter(row -> row.kind().equals(kind)).toList();
    assertTrue(chosen.size() >= atLeast, chosen.size() + " rows");
    List<Row> off =
        chosen.stream()
            .filter(
                row ->
                    Math.abs(row.counted() - row.google())
                        > Math.max(tokens, row.google() * percent / 100))
            .toList();
    assertEquals(List.of(), off);
  }

  @Test
  void textsAreCountedAsGoogleDoes() {
    check("text", TEXT_BOUND, 0, 40);
  }

  @Test
  void toolsAndCallsAreCountedNearly() {
    check("tools", TOOLS_BOUND, TOOLS_PERCENT, 20);
  }

  @Test
  void inlineMediaAreEstimatedNearly() {
    check("media", TEXT_BOUND, MEDIA_PERCENT, 5);
  }

  @Test
  void schemasOfAnswersAreCountedOnTop() {
    List<Row> chosen = rows.stream().filter(row -> row.kind().equals("schema")).toList();
    assertTrue(chosen.size() >= 8, chosen.size() + " rows");
    for (Row row : chosen) {
      int bytes = Objects.requireNonNull(row.exchange().requestBody()).length;
      long most = row.google() + bytes / SCHEMA_BYTES_PER_TOKEN;
      assertTrue(row.counted() >= row.google() && row.counted() <= most, row.toString());
    }
  }
}
