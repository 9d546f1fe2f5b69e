package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.PercentCode;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.tokens.PromptForm;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * Which requests have a prompt that counts: those that ask a model for an answer or an embedding.
 * Everything else, {@code countTokens} among it, is Google's to judge. Pure.
 */
final class TokenRules {
  private static final String EMBED = ":embedContent";
  private static final String BATCH_EMBED = ":batchEmbedContents";
  private static final String EMBEDDINGS = "/embeddings";

  private TokenRules() {}

  /** The form of the prompt in {@code exchange}, or null where there is none to count. */
  static @Nullable PromptForm formOf(Exchange exchange) {
    if (exchange.generating()) {
      return exchange.route() == Route.OPENAI ? PromptForm.OPENAI : PromptForm.GEMINI;
    }
    if (!HttpMethod.POST.equals(exchange.head().method())) {
      return null;
    }
    return switch (exchange.route()) {
      case NATIVE ->
          endsWith(exchange.uri(), EMBED) || endsWith(exchange.uri(), BATCH_EMBED)
              ? PromptForm.GEMINI
              : null;
      case OPENAI -> endsWith(exchange.uri(), EMBEDDINGS) ? PromptForm.OPENAI : null;
      default -> null;
    };
  }

  /** Whether the path of {@code uri}, percent-decoded, ends so. Walks backwards, makes nothing. */
  private static boolean endsWith(String uri, String end) {
    int query = uri.indexOf('?');
    int pathEnd = query < 0 ? uri.length() : query;
    int at = pathEnd - 1;
    for (int i = end.length() - 1; i >= 0; i--) {
      int encoded =
          at >= PercentCode.LENGTH - 1
              ? PercentCode.at(uri, at - PercentCode.LENGTH + 1, pathEnd)
              : -1;
      char c = encoded >= 0 ? (char) encoded : at >= 0 ? uri.charAt(at) : 0;
      if (c != end.charAt(i)) {
        return false;
      }
      at -= encoded >= 0 ? PercentCode.LENGTH : 1;
    }
    return true;
  }
}
