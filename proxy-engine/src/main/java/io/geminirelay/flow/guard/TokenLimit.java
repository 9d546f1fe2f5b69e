package io.geminirelay.flow.guard;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.tokens.TextCounter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How many tokens a request may have, and what is needed to find out. Immutable; its parts are
 * thread safe.
 *
 * @param tokens tokens at most; 0 for no limit
 * @param counters makes a counter for the calling event loop
 * @param budget bytes of bodies that may wait for their count at once
 * @param aliases models by the names that stand for them, since a model's generation counts
 */
public record TokenLimit(
    long tokens, Supplier<TextCounter> counters, HoldBudget budget, Map<String, String> aliases) {
  private static final String MODELS = "models/";

  /**
   * A limit for the models of {@code groups}. Where two groups have a name for different models,
   * the first group's is meant.
   */
  public static TokenLimit of(
      long tokens, Supplier<TextCounter> counters, HoldBudget budget, List<GroupConfig> groups) {
    Map<String, String> aliases = new HashMap<>();
    groups.forEach(group -> group.modelAliases().forEach(aliases::putIfAbsent));
    return new TokenLimit(tokens, counters, budget, Map.copyOf(aliases));
  }

  /**
   * The model that {@code asked} stands for, mostly itself; a {@code models/} prefix is allowed.
   */
  String modelOf(String asked) {
    String bare = asked.startsWith(MODELS) ? asked.substring(MODELS.length()) : asked;
    return aliases.getOrDefault(bare, bare);
  }
}
