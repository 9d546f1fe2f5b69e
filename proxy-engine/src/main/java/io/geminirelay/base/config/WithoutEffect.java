package io.geminirelay.base.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Settings that are taken and change nothing: those of older proxies that have no meaning here, and
 * those of this gateway that this version checks only. Nobody shall believe to be protected by
 * them.
 */
final class WithoutEffect {
  private static final List<String> OLDER_OF_ROOT = List.of("tokenizer_type", "multimodal");
  private static final List<String> OLDER_OF_SERVER =
      List.of("tokenizer_type", "tokenizer_config", "safety_multiplier");

  private static final List<String> OF_ROOT =
      List.of("redis_url", "redis_url_env", "redis_url_file", "redis_key_prefix");

  private final Set<String> found = new LinkedHashSet<>();

  private WithoutEffect() {}

  /** Takes the names of older proxies, each with a warning. */
  static void takeOlder(ConfigTree root, ConfigTree server) {
    OLDER_OF_ROOT.forEach(name -> takeOlder(root, name));
    OLDER_OF_SERVER.forEach(name -> takeOlder(server, name));
  }

  private static void takeOlder(ConfigTree tree, String name) {
    if (tree.has(name)) {
      tree.problems().warn(tree.placeOf(name), "a value", "nothing: it has no effect here");
    }
  }

  /** Warns once of all settings that are set in vain; for a configuration without a mistake. */
  static void warn(ConfigTree root) {
    WithoutEffect all = new WithoutEffect();
    all.look(root, "", OF_ROOT);
    if (!all.found.isEmpty()) {
      String names = String.join(", ", all.found);
      String set = "settings that are set but without effect in this version: " + names;
      root.problems().warn(root.place(), set, "nothing of them yet");
    }
  }

  private void look(ConfigTree tree, String path, List<String> names) {
    for (String name : names) {
      if (tree.has(name)) {
        found.add(path + name);
      }
    }
  }
}
