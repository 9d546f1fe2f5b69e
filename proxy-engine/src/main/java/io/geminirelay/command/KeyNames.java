package io.geminirelay.command;

import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyRing;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds keys by what people call them: group, name or fingerprint. Pure. */
final class KeyNames {
  /** The group that the environment's keys make up. */
  private static final String ENVIRONMENT = "env";

  private KeyNames() {}

  /**
   * The keys of {@code ring} that are meant.
   *
   * @param group name of a group; null for all
   * @param wanted fingerprints or names; empty for all
   * @throws IllegalArgumentException naming what does not exist
   */
  static List<ApiKey> find(KeyRing ring, @Nullable String group, List<String> wanted) {
    if (group != null && ring.groups().stream().noneMatch(each -> each.name().equals(group))) {
      throw new IllegalArgumentException("no group with keys is called " + Table.printable(group));
    }
    List<ApiKey> all =
        ring.groups().stream()
            .flatMap(each -> each.keys().stream())
            .filter(key -> group == null || key.group().equals(group))
            .toList();
    for (String name : wanted) {
      if (all.stream().noneMatch(isCalled(name))) {
        throw new IllegalArgumentException("no key has the fingerprint " + Table.printable(name));
      }
    }
    return all.stream()
        .filter(key -> wanted.isEmpty() || wanted.stream().anyMatch(n -> isCalled(n).test(key)))
        .toList();
  }

  private static Predicate<ApiKey> isCalled(String name) {
    String fingerprint = name.startsWith("#") ? name.substring(1) : name;
    return key -> key.secret().fingerprint().equals(fingerprint) || key.name().equals(name);
  }

  /** Where {@code key} was read from: {@code environment} or {@code file}. */
  static String source(ApiKey key) {
    return key.group().equals(ENVIRONMENT) ? "environment" : "file";
  }
}
