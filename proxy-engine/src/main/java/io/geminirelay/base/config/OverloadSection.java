package io.geminirelay.base.config;

import org.jspecify.annotations.Nullable;

/** Reads when the gateway asks less of itself from the mapping {@code server.overload}. */
final class OverloadSection {
  private static final int HOUR_SECS = 3600;

  private OverloadSection() {}

  static OverloadConfig read(ConfigTree tree) {
    Typed own = new Typed(tree);
    OverloadConfig standard = OverloadConfig.STANDARD;
    OverloadConfig read =
        new OverloadConfig(
            or(own.share("direct_memory"), standard.directMemory()),
            or(own.share("heap"), standard.heap()),
            or(own.share("descriptors"), standard.descriptors()),
            own.count("max_requests", 0, 10_000_000, standard.maxRequests()),
            own.seconds("loop_delay_secs", 0, HOUR_SECS, standard.loopDelay()));
    tree.done();
    return read;
  }

  private static double or(@Nullable Double given, double otherwise) {
    return given == null ? otherwise : given;
  }
}
