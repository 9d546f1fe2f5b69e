package io.geminirelay.bench.soak;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What a client asks, how often, and what the answer has to hold. */
enum Kind {
  UNARY(22, "native"),
  SSE(18, "native"),
  /** A stream of some seconds. */
  LONG(7, "native"),
  /** Silent for more than a second before its first event. */
  THINKING(3, "native"),
  GENERATE(6, "generate"),
  SIMPLE(6, "simple"),
  CHAT(8, "openai"),
  CHAT_STREAM(6, "openai"),
  EMBED(4, "native"),
  OPENAI_EMBED(2, "openai"),
  COUNT(4, "native"),
  MODELS(2, "native"),
  /** A body of up to 1.5 MB. */
  LARGE(2, "native"),
  /** An answer of 2 MB that is read slowly. */
  SLOW_READER(1, "native"),
  /** Leaves after the first bytes of an answer. */
  LEAVER(3, "native"),
  /** Leaves in the middle of its own body. */
  HALF_SENT(1, "native"),
  /** Of a client with few requests a minute. */
  LIMITED(3, "native"),
  /** Of a client with few requests at once. */
  NARROW(3, "native"),
  /** For a model whose quota is known. */
  QUOTA(3, "native"),
  /** With a token that nobody has. */
  STRANGER(1, "native"),
  HEALTH(1, "health"),
  METRICS(1, "metrics"),
  ADMIN(1, "admin");

  /** The model that {@link #QUOTA} asks. */
  static final String QUOTA_MODEL = "gemini-2.5-pro";

  private static final List<Kind> ALL = List.of(values());
  private static final int SUM = ALL.stream().mapToInt(kind -> kind.weight).sum();
  private static final String FLASH = "/v1beta/models/gemini-2.5-flash:";
  private static final String EMBEDDING = "gemini-embedding-001";

  private final int weight;
  private final String route;

  Kind(int weight, String route) {
    this.weight = weight;
    this.route = route;
  }

  /** One at random, by weight. */
  static Kind any(SplittableRandom random) {
    int at = random.nextInt(SUM);
    for (Kind kind : ALL) {
      at -= kind.weight;
      if (at < 0) {
        return kind;
      }
    }
    throw new IllegalStateException();
  }

  /** The label of its requests in the metrics. */
  String route() {
    return route;
  }

  /** Whether it goes upstream, and so has a line in the access log. */
  boolean upstream() {
    return this != HEALTH && this != METRICS && this != ADMIN;
  }

  /** Whether its sender leaves before the end. */
  boolean leaves() {
    return this == LEAVER || this == HALF_SENT;
  }

  boolean posts() {
    return upstream() && this != MODELS;
  }

  /** The credential it is sent with. */
  String token() {
    return switch (this) {
      case LIMITED -> Setting.LIMITED_TOKEN;
      case NARROW -> Setting.NARROW_TOKEN;
      case STRANGER -> "nobodys-token-0000000";
      case METRICS, ADMIN -> Setting.ADMIN_TOKEN;
      default -> Setting.AGENT_TOKEN;
    };
  }

  /** Where it is sent; {@code mark} tells which request it is. */
  String path(String mark, SplittableRandom random) {
    return switch (this) {
      case UNARY, LARGE, LIMITED, NARROW, STRANGER, HALF_SENT -> FLASH + "generateContent";
      case SSE, LONG, THINKING, SLOW_READER, LEAVER -> FLASH + "streamGenerateContent?alt=sse";
      case QUOTA -> "/v1beta/models/" + QUOTA_MODEL + ":generateContent";
      case GENERATE -> "/generate";
      case SIMPLE -> "/gemini-proxy";
      case CHAT, CHAT_STREAM ->
          random.nextBoolean() ? "/v1/chat/completions" : "/v1beta/openai/chat/completions";
      case EMBED -> "/v1beta/models/" + EMBEDDING + ":embedContent";
      case OPENAI_EMBED -> "/v1/embeddings";
      case COUNT -> FLASH + "countTokens";
      case MODELS -> "/v1beta/models?mark=" + mark;
      case HEALTH -> "/health";
      case METRICS -> "/metrics";
      case ADMIN ->
          List.of(
                  "/admin/api/keys",
                  "/admin/api/overview",
                  "/admin/api/requests?limit=20",
                  "/admin/api/exits",
                  "/health/detailed")
              .get(random.nextInt(5));
    };
  }

  /** The body, or null. */
  @Nullable String body(String mark, SplittableRandom random) {
    String text = mark + " " + words(this == LONG || this == LEAVER ? 900 : 70, random) + " end";
    return switch (this) {
      case MODELS, HEALTH, METRICS, ADMIN -> null;
      case SIMPLE -> "{\"prompt\":\"" + text + "\"}";
      case CHAT, CHAT_STREAM ->
          "{\"model\":\"gemini-2.5-flash\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
              .formatted(this == CHAT_STREAM, text);
      case OPENAI_EMBED -> "{\"model\":\"%s\",\"input\":\"%s\"}".formatted(EMBEDDING, text);
      case EMBED -> "{\"content\":{\"parts\":[{\"text\":\"" + text + "\"}]}}";
      case LARGE, HALF_SENT ->
          "{\"contents\":[{\"parts\":[{\"text\":\"%s\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"%s\"}}]}]}"
              .formatted(text, "QUJD".repeat(20_000 + random.nextInt(350_000)));
      default -> "{\"contents\":[{\"parts\":[{\"text\":\"" + text + "\"}]}]}";
    };
  }

  private static String words(int chars, SplittableRandom random) {
    StringBuilder text = new StringBuilder(chars + 10);
    while (text.length() < chars) {
      text.append("abcdefghijklmnopqrstuvwxyz", 0, 1 + random.nextInt(8)).append(' ');
    }
    return text.toString().strip();
  }

  /** What the text of a whole answer holds, as a pattern. */
  String proof() {
    return switch (this) {
      case GENERATE -> "\"is_complete\" *: *true";
      case SIMPLE -> "\"result\" *: *\"OK\"";
      case CHAT, CHAT_STREAM -> "\"finish_reason\" *: *\"stop\"";
      case EMBED -> "\"values\"";
      case OPENAI_EMBED -> "\"embedding\"";
      case COUNT -> "\"totalTokens\"";
      case MODELS -> "\"models\"";
      case HEALTH -> "";
      case METRICS -> "gemini_relay_requests_in_flight";
      case ADMIN -> "\\{";
      default -> "\"finishReason\" *: *\"STOP\"";
    };
  }

  /** Whether a model answers; the answer repeats the prompt, and with it the mark. */
  boolean echoes() {
    return switch (this) {
      case EMBED, OPENAI_EMBED, COUNT, MODELS, HEALTH, METRICS, ADMIN -> false;
      default -> true;
    };
  }
}
