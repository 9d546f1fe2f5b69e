package io.geminirelay.base.telemetry.metrics;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The models that have a label value of their own: all that are configured, and {@value #MOST} of
 * the others that were served; every other is {@value #OTHER}. So that clients, who may name any
 * model, cannot make the page grow. A name of a model that was served stays. Thread safe.
 */
public final class ModelNames {
  /** Names with a label value of their own besides those that are configured. */
  public static final int MOST = 100;

  /** The label value of all other models. */
  public static final String OTHER = "other";

  private static final int MAX_CHARS = 64;

  private final Map<String, String> known = new ConcurrentHashMap<>();
  private volatile Map<String, String> configured = Map.of();

  ModelNames() {}

  /** Gives the models that the operator names now their labels. */
  void configured(Set<String> models) {
    configured =
        models.stream()
            .filter(ModelNames::presentable)
            .collect(Collectors.toUnmodifiableMap(Function.identity(), Function.identity()));
  }

  /** The label value of {@code model}; empty for none. */
  String label(String model, boolean served) {
    if (model.isEmpty()) {
      return "";
    }
    String own = configured.get(model);
    String label = own == null ? known.get(model) : own;
    if (label != null) {
      return label;
    }
    return served ? add(model) : OTHER;
  }

  /** The label value of {@code model} as far as it has one. */
  public String label(String model) {
    return label(model, false);
  }

  private synchronized String add(String model) {
    String label = known.get(model);
    if (label != null) {
      return label;
    }
    if (known.size() >= MOST || !presentable(model)) {
      return OTHER;
    }
    known.put(model, model);
    return model;
  }

  private static boolean presentable(String model) {
    return model.length() <= MAX_CHARS && model.chars().allMatch(c -> c > ' ' && c <= '~');
  }
}
