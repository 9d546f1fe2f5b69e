package io.geminirelay.base.config;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.GroupConfig.Tier;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code tiers}, tables of limits that groups and keys name, and the tables themselves. */
final class QuotaSection {
  private static final long MOST = 1_000_000_000_000L;

  private final Map<String, Tier> tiers = new LinkedHashMap<>();

  QuotaSection(ConfigTree root) {
    root.sectionsByName("tiers")
        .forEach((name, own) -> tiers.put(name, new Tier(name, table(own))));
  }

  /** The tier that {@code tree} names, or null. */
  @Nullable Tier tier(ConfigTree tree) {
    Scalar name = new Typed(tree).text("tier");
    Tier tier = name == null ? null : tiers.get(name.text());
    if (name != null && tier == null) {
      String found = "the unknown tier " + Shown.plain(name.text());
      String nearest = NearestName.of(name.text(), tiers.keySet());
      String expected =
          tiers.isEmpty()
              ? "one of those under tiers, of which there are none"
              : tiers.keySet().stream().collect(Collectors.joining(", ", "one of ", ""));
      tree.problems().add(new Problem(name.place(), found, expected, nearest));
    }
    return tier;
  }

  /** The table under {@code limits}. */
  static Map<String, QuotaLimits> limits(ConfigTree tree) {
    return table(tree.section("limits"));
  }

  private static Map<String, QuotaLimits> table(ConfigTree tree) {
    Map<String, QuotaLimits> limits = new LinkedHashMap<>();
    tree.sectionsByName()
        .forEach(
            (model, own) -> {
              Typed typed = new Typed(own);
              limits.put(
                  model,
                  new QuotaLimits(
                      typed.whole("rpm", 0, MOST, 0),
                      typed.whole("tpm", 0, MOST, 0),
                      typed.whole("rpd", 0, MOST, 0)));
              own.done();
            });
    return Collections.unmodifiableMap(limits);
  }
}
