package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.config.TargetConfig;

/** The HTTP version that a destination speaks, as far as it is known. */
enum Version {
  UNKNOWN,
  HTTP_1,
  HTTP_2;

  /** What is known before the first connection. */
  static Version firstGuess(TargetConfig target) {
    return switch (target.protocol()) {
      case HTTP_1_1 -> HTTP_1;
      case HTTP_2 -> HTTP_2;
      case AUTO -> target.tls() ? UNKNOWN : HTTP_1;
    };
  }
}
