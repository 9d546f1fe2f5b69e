package io.geminirelay.base.config;

import java.util.List;

/**
 * Settings that are taken and change nothing: those of older proxies that have no meaning here.
 * Nobody shall believe to be protected by them.
 */
final class WithoutEffect {
  private static final List<String> OLDER_OF_ROOT = List.of("tokenizer_type", "multimodal");
  private static final List<String> OLDER_OF_SERVER =
      List.of("tokenizer_type", "tokenizer_config", "safety_multiplier");

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
}
