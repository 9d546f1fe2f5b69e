package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import java.util.List;

/**
 * The keys of one configured group.
 *
 * @param name shown in logs and metrics
 * @param models models that select this group; empty when it serves any
 * @param keys at least one
 * @param ways the target through every exit that a key which is none of the group's may use
 */
public record KeyGroup(
    String name, List<String> models, List<ApiKey> keys, List<Destination> ways) {

  /** Copies the lists. */
  public KeyGroup {
    models = List.copyOf(models);
    keys = List.copyOf(keys);
    ways = List.copyOf(ways);
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
