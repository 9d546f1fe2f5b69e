package io.geminirelay.flow.keys;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Tells who keeps a view of the keys' states whether it still holds.
 *
 * <p>The number stands still while nothing changes. While a change is under way it is {@link
 * #unsteady}: what is read of the states then must not be kept, since the change may have come
 * before or after it. So a view with the present, steady number holds every change that had ended
 * when the number was read, and none that was not begun. Changes of health alone are counted apart:
 * they may be noticed late. Thread safe.
 */
final class StateVersion {
  private static final int WRITER_BITS = 16;
  private static final long WRITERS = (1L << WRITER_BITS) - 1;

  private final AtomicLong states = new AtomicLong();
  private final AtomicLong healths = new AtomicLong();

  /** The number of the present states: one volatile read. */
  long get() {
    return states.get();
  }

  /** Whether a change is under way at {@code version}. */
  static boolean unsteady(long version) {
    return (version & WRITERS) != 0;
  }

  /** Makes a change, which tells whether it changed anything. */
  void change(BooleanSupplier change) {
    states.getAndIncrement();
    boolean changed = false;
    try {
      changed = change.getAsBoolean();
    } finally {
      states.getAndAdd(changed ? WRITERS : -1);
    }
  }

  /** The number of the present healths. */
  long healths() {
    return healths.get();
  }

  /** The health of some key is another step now. */
  void healthChanged() {
    healths.getAndIncrement();
  }
}
