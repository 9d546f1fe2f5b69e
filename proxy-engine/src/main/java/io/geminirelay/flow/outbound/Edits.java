package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GuardConfig;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.flow.keys.ApiKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the operator wants changed in requests: {@code top_p} where it is missing, and names that
 * stand for other models. Immutable and safe to share.
 */
public final class Edits {
  private final Map<String, TopP> byGroup;
  private final Set<String> aliases;
  private final HoldBudget budget;

  private Edits(Map<String, TopP> byGroup, Set<String> aliases, HoldBudget budget) {
    this.byGroup = Map.copyOf(byGroup);
    this.aliases = Set.copyOf(aliases);
    this.budget = budget;
  }

  /**
   * The edits of {@code groups}; what a group does not say is taken from {@code guard}.
   *
   * @param budget bytes that may wait, over all bodies too long to be kept otherwise
   */
  public static Edits of(List<GroupConfig> groups, GuardConfig guard, HoldBudget budget) {
    Map<String, TopP> byGroup = new HashMap<>();
    Set<String> aliases = new HashSet<>();
    for (GroupConfig group : groups) {
      Double topP = group.topP() != null ? group.topP() : guard.topP();
      if (topP != null) {
        byGroup.put(group.name(), TopP.of(topP));
      }
      group.modelAliases().forEach((asked, sent) -> add(aliases, asked, sent));
    }
    return new Edits(byGroup, aliases, budget);
  }

  private static void add(Set<String> aliases, String asked, String sent) {
    if (!asked.equals(sent)) {
      aliases.add(asked);
    }
  }

  /** Bytes that may wait for the decision about an edit. */
  HoldBudget budget() {
    return budget;
  }

  /** Whether any group adds {@code top_p}. */
  boolean addTopP() {
    return !byGroup.isEmpty();
  }

  /** What the group of {@code key} adds, or null. */
  @Nullable TopP topP(ApiKey key) {
    return byGroup.get(key.group());
  }

  /**
   * Whether {@code model} is sent as another one by any group; an empty name, of a model not known
   * yet, may turn out to be.
   */
  boolean mayRename(String model) {
    return model.isEmpty() ? !aliases.isEmpty() : aliases.contains(model);
  }
}
