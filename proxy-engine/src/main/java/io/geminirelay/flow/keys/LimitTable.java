package io.geminirelay.flow.keys;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.exchange.ModelPattern;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits that the operator has set for the keys of one project, by model pattern.
 *
 * <p>Tables are asked in order, and the first with a pattern for the model says all: a more special
 * table replaces a more general one. Within a table an exact name goes before a pattern, and a
 * longer pattern before a shorter. A limit of 0 is none. Immutable.
 *
 * @param tables limits by pattern, in order
 */
record LimitTable(List<Map<String, QuotaLimits>> tables) {
  static final QuotaLimits UNKNOWN = new QuotaLimits(0, 0, 0);

  LimitTable {
    tables = tables.stream().filter(table -> !table.isEmpty()).toList();
  }

  /** Written out: what a record has by itself is made at every start, which takes 10 ms. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LimitTable that && tables.equals(that.tables);
  }

  @Override
  public int hashCode() {
    return tables.hashCode();
  }

  /** The limits of {@code model}; those of a request that names none are never known. */
  QuotaLimits of(String model) {
    if (!model.isEmpty()) {
      for (Map<String, QuotaLimits> table : tables) {
        QuotaLimits found = find(table, model);
        if (found != null) {
          return found;
        }
      }
    }
    return UNKNOWN;
  }

  /** The lowest of each limit that {@code all} know for {@code model}. */
  static QuotaLimits lowest(Iterable<LimitTable> all, String model) {
    QuotaLimits lowest = UNKNOWN;
    for (LimitTable each : all) {
      lowest = QuotaBounds.lower(lowest, each.of(model));
    }
    return lowest;
  }

  private static @Nullable QuotaLimits find(Map<String, QuotaLimits> table, String model) {
    QuotaLimits exact = table.get(model);
    if (exact != null) {
      return exact;
    }
    String best = null;
    for (String pattern : table.keySet()) {
      if (ModelPattern.matches(pattern, model) && (best == null || beats(pattern, best))) {
        best = pattern;
      }
    }
    return best == null ? null : table.get(best);
  }

  /** A name without a star is exact, with a {@code models/} prefix too. */
  private static boolean beats(String pattern, String other) {
    boolean exact = pattern.indexOf('*') < 0;
    boolean otherExact = other.indexOf('*') < 0;
    return exact == otherExact ? pattern.length() > other.length() : exact;
  }
}
