package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import java.util.List;
import java.util.Map;

/**
 * The keys of one configured group.
 *
 * @param name shown in logs and metrics
 * @param models names of models that select this group, each with the model it is sent as, mostly
 *     the same; empty when it serves any
 * @param keys at least one
 * @param ways the target through every exit that a key which is none of the group's may use
 * @param exits every way that any of the keys, its own or others, may use
 */
public record KeyGroup(
    String name,
    Map<String, String> models,
    List<ApiKey> keys,
    List<Destination> ways,
    List<Destination> exits) {

  /** Copies the collections. */
  public KeyGroup {
    models = Map.copyOf(models);
    keys = List.copyOf(keys);
    ways = List.copyOf(ways);
    exits = List.copyOf(exits);
  }

  /** Whether the group names {@code model} as its own. */
  public boolean lists(String model) {
    return models.containsKey(model);
  }

  /** Whether a client confined to {@code allowed} may use it; an empty list allows all. */
  public boolean allowedBy(List<String> allowed) {
    return allowed.isEmpty() || allowed.contains(name);
  }
}
