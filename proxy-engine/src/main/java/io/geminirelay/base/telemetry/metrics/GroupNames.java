package io.geminirelay.base.telemetry.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Tells the group of a key by the key's name, without cutting the same name twice. Thread safe. */
final class GroupNames {
  /** More keys than a gateway has; those of past configurations go when it is reached. */
  private static final int MOST_KEYS = 65_536;

  private final Map<String, String> known = new ConcurrentHashMap<>();

  GroupNames() {}

  /**
   * The group of a key; empty for no key.
   *
   * @param key {@code group/number#fingerprint} or {@code group/own}
   */
  String of(@Nullable String key) {
    if (key == null) {
      return "";
    }
    String group = known.get(key);
    return group != null ? group : add(key);
  }

  private String add(String key) {
    if (known.size() >= MOST_KEYS) {
      known.clear();
    }
    int end = key.lastIndexOf('/');
    String group = end < 0 ? key : key.substring(0, end);
    known.put(key, group);
    return group;
  }
}
