package io.geminirelay;

import org.jspecify.annotations.Nullable;

/**
 * SIGHUP, which would end a process that does not listen to it. One that comes before there is
 * something to read anew is remembered, be it one or many. Thread safe.
 */
final class ReloadSignal {
  /** Null until then. Guarded by this. */
  private @Nullable Runnable reload;

  /** Whether it came before. Guarded by this. */
  private boolean early;

  /** Begins to listen. */
  static ReloadSignal listen() {
    ReloadSignal signal = new ReloadSignal();
    var unused = SystemSignal.listen("HUP", signal::raised);
    return signal;
  }

  /** The signal has come. */
  synchronized void raised() {
    if (reload == null) {
      early = true;
    } else {
      reload.run();
    }
  }

  /** Has {@code action} run for each signal from now on, and at once for those that came before. */
  synchronized void follow(Runnable action) {
    reload = action;
    if (early) {
      action.run();
    }
  }
}
