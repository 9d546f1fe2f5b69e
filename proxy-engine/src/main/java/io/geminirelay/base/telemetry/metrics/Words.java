package io.geminirelay.base.telemetry.metrics;

import java.util.Locale;

/** Constants as label values. */
public final class Words {
  private Words() {}

  /** For example {@code health_detailed}. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
