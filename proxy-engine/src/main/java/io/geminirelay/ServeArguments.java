package io.geminirelay;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Arguments that only ask to serve, as services and containers give them. Anything else, and
 * anything that is wrong, is for {@link RelayCommand} to read.
 *
 * @param config the file that is named, or null
 */
record ServeArguments(@Nullable Path config) {
  private static final String LONG = "--config";

  /** What {@code arguments} ask for; null if that is more than to serve. */
  static @Nullable ServeArguments of(String... arguments) {
    boolean serve = false;
    String file = null;
    for (int i = 0; i < arguments.length; i++) {
      String each = arguments[i];
      if (each.equals("serve") && !serve) {
        serve = true;
      } else if (file != null) {
        return null;
      } else if ((each.equals("-c") || each.equals(LONG)) && i + 1 < arguments.length) {
        file = arguments[++i];
      } else if (each.startsWith(LONG + "=")) {
        file = each.substring(LONG.length() + 1);
      } else {
        return null;
      }
    }
    if (file == null) {
      return new ServeArguments(null);
    }
    return isPlain(file) ? new ServeArguments(Path.of(file)) : null;
  }

  /** Whether a command line means nothing else by it: no file of arguments, option, or quotes. */
  private static boolean isPlain(String file) {
    return !file.isEmpty() && "-@\"'".indexOf(file.charAt(0)) < 0 && file.indexOf('\0') < 0;
  }
}
