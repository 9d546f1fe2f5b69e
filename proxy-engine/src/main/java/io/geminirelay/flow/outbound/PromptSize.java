package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.TokenGuess;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;

/**
 * What one request draws on a model's quota of tokens: counted where the token guard did, guessed
 * from the body's length otherwise, until Google says what it was. Belongs to its exchange and
 * event loop.
 */
final class PromptSize {
  /** They name a model, but have quotas of their own. */
  private static final List<String> APART =
      List.of(":countTokens", ":batchGenerateContent", ":asyncBatchEmbedContent");

  private final Exchange exchange;
  private final TokenGuess guess;

  PromptSize(Exchange exchange, TokenGuess guess) {
    this.exchange = exchange;
    this.guess = guess;
  }

  /** Input tokens as far as is known before it is sent, or {@link Demand#FREE}. */
  long tokens() {
    if (!isCounted()) {
      return Demand.FREE;
    }
    return exchange.inputTokens() >= 0
        ? exchange.inputTokens()
        : guess.tokens(exchange.model(), exchange.bodyBytes());
  }

  private boolean isCounted() {
    if (exchange.generating()) {
      return true;
    }
    String uri = exchange.uri();
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    return HttpMethod.POST.equals(exchange.request().method())
        && !exchange.model().isEmpty()
        && APART.stream().noneMatch(path::endsWith);
  }

  /** Learns from what Google counted. */
  void counted(long tokens) {
    if (exchange.inputTokens() < 0 && exchange.bodyBytes() > 0) {
      guess.learn(exchange.model(), exchange.bodyBytes(), tokens);
    }
  }
}
