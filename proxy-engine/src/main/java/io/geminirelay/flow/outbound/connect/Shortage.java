package io.geminirelay.flow.outbound.connect;

import io.netty.channel.unix.Errors;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether this machine could not open a connection, whatever is at its other end. */
final class Shortage {
  /** How many causes are looked through; some are their own. */
  private static final int DEPTH = 16;

  private static final int ENFILE = 23;
  private static final int EMFILE = 24;

  private Shortage() {}

  /** Whether {@code failure} tells that the process or the system has no file descriptor left. */
  static boolean isBehind(@Nullable Throwable failure) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < DEPTH; i++) {
      // The JDK tells of it by its text alone.
      String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      if (text.contains("too many open files") || isErrno(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isErrno(Throwable cause) {
    return cause instanceof Errors.NativeIoException known
        && (known.expectedErr() == -EMFILE || known.expectedErr() == -ENFILE);
  }
}
