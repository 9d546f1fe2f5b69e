package io.geminirelay.flow.keys;

import java.util.List;

/**
 * The keys of one configured group.
 *
 * @param name shown in logs and metrics
 * @param models names of models that select this group; empty when it serves any
 * @param keys at least one
 */
public record KeyGroup(String name, List<String> models, List<ApiKey> keys) {

  /** Copies the lists. */
  public KeyGroup {
    models = List.copyOf(models);
    keys = List.copyOf(keys);
  }

  /** Whether the group names {@code model} as its own. */
  public boolean lists(String model) {
    return models.contains(model);
  }

  /** Whether a client confined to {@code allowed} may use it; an empty list allows all. */
  public boolean allowedBy(List<String> allowed) {
    return allowed.isEmpty() || allowed.contains(name);
  }
}
