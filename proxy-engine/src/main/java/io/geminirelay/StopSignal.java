package io.geminirelay;

import io.geminirelay.command.Exit;
import org.jspecify.annotations.Nullable;

/**
 * SIGTERM and SIGINT: the first has the gateway finish what it has begun, the second ends the
 * process at once. One that comes before there is anything to finish ends it as well, and is a
 * success like every stop that was asked for. Thread safe.
 */
final class StopSignal {
  /** By the shell's custom the exit code of who was ended by a signal is its number and this. */
  private static final int SIGNALLED = 128;

  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;

  /** Null until then. Guarded by this. */
  private @Nullable Runnable stop;

  /** Guarded by this. */
  private boolean raised;

  /** Begins to listen. */
  static StopSignal listen() {
    StopSignal signal = new StopSignal();
    var unused = SystemSignal.listen("TERM", () -> signal.raised(SIGTERM));
    var unusedToo = SystemSignal.listen("INT", () -> signal.raised(SIGINT));
    return signal;
  }

  private void raised(int number) {
    Runnable action;
    synchronized (this) {
      if (raised) {
        Runtime.getRuntime().halt(SIGNALLED + number);
      }
      raised = true;
      action = stop;
    }
    if (action == null) {
      // In a thread of its own, as for the rest: a second signal must be heard meanwhile.
      new Thread(StopSignal::endEarly, "stop").start();
    } else {
      new Thread(action, "drain").start();
    }
  }

  private static void endEarly() {
    LogLevel.close();
    Runtime.getRuntime().halt(Exit.OK);
  }

  /** Has {@code action} run for the first signal that comes from now on. */
  synchronized void follow(Runnable action) {
    stop = action;
  }
}
