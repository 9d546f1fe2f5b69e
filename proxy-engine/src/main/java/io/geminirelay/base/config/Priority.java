package io.geminirelay.base.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Whose requests are refused first when not all can be served; in that order. */
public enum Priority {
  /** Refused first. */
  LOW,
  /** As most are. */
  NORMAL,
  /** Refused last. */
  HIGH;

  /** As it is written in the configuration. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All of them by {@link #word}, those refused first at the start. */
  public static Map<String, Priority> byWord() {
    Map<String, Priority> all = new LinkedHashMap<>();
    for (Priority each : values()) {
      all.put(each.word(), each);
    }
    return all;
  }
}
