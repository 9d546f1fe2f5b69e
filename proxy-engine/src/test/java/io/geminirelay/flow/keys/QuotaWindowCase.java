package io.geminirelay.flow.keys;

import java.util.concurrent.TimeUnit;

/** A window and its times. */
abstract class QuotaWindowCase {
  static final long START = -1_000_000_000L;
  static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  static final long SPAN = QuotaWindow.SPAN_NANOS;
  static final long SLOT = QuotaWindow.SLOT_NANOS;
  static final long ANY = Long.MAX_VALUE;

  final QuotaWindow window = new QuotaWindow(START);
}
