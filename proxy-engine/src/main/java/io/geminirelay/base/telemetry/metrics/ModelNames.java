package io.geminirelay.base.telemetry.metrics;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models that have a label value of their own: those that are configured, and those that were
 * served, {@value #MOST} together; every other is {@value #OTHER}. So that clients, who may name
 * any model, cannot make the page grow. A name once given stays. Thread safe.
 */
public final class ModelNames {
  /** Names with a label value of their own. */
  public static final int MOST = 100;

  /** The label value of all other models. */
  public static final String OTHER = "other";

  private static final int MAX_CHARS = 64;

  private final Map<String, String> known = new ConcurrentHashMap<>();

  ModelNames() {}

  /** Gives the models that the operator named their labels. */
  void configured(Collection<String> models) {
    models.forEach(this::add);
  }

  /** The label value of {@code model}; empty for none. */
  String label(String model, boolean served) {
    if (model.isEmpty()) {
      return "";
    }
    String label = known.get(model);
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
