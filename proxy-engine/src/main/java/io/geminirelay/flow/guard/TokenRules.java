package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.PercentCode;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.tokens.PromptForm;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * Which requests have a prompt that counts: those that ask a model for an answer or an embedding,
 * now or in a batch, whose requests count together.
 *
 * <p>Everything else is Google's to judge: {@code countTokens}, which is asked before a prompt is
 * cut to size; what is stored for later, as {@code cachedContents} and files are, batches in files
 * among them; pictures and videos made from a prompt ({@code predict}, {@code images/generations}),
 * where models take some hundred tokens only. Pure.
 */
final class TokenRules {
  private static final String[] GEMINI = {
    ":embedContent",
    ":batchEmbedContents",
    ":batchGenerateContent",
    ":asyncBatchEmbedContent",
    ":generateAnswer"
  };
  private static final String[] OPENAI = {"/embeddings", "/completions", "/responses"};
  private static final String INTERACTIONS = "/interactions";

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
          endsWith(exchange.uri(), INTERACTIONS)
              ? PromptForm.INTERACTION
              : endsWithAny(exchange.uri(), GEMINI) ? PromptForm.GEMINI : null;
      case OPENAI -> endsWithAny(exchange.uri(), OPENAI) ? PromptForm.OPENAI : null;
      default -> null;
    };
  }

  private static boolean endsWithAny(String uri, String[] ends) {
    for (String end : ends) {
      if (endsWith(uri, end)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the path of {@code uri}, percent-decoded, ends so, or with one slash more. Walks
   * backwards, makes nothing.
   */
  private static boolean endsWith(String uri, String end) {
    int query = uri.indexOf('?');
    int pathEnd = query < 0 ? uri.length() : query;
    int slash = charsOfSlash(uri, pathEnd);
    return endsWith(uri, pathEnd - slash, end);
  }

  private static int charsOfSlash(String uri, int pathEnd) {
    int encoded = pathEnd - PercentCode.LENGTH;
    if (encoded >= 0 && PercentCode.at(uri, encoded, pathEnd) == '/') {
      return PercentCode.LENGTH;
    }
    return pathEnd > 0 && uri.charAt(pathEnd - 1) == '/' ? 1 : 0;
  }

  private static boolean endsWith(String uri, int pathEnd, String end) {
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
