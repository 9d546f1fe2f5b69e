package io.geminirelay;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Arguments that only ask to serve, as services and containers give them. Anything else, and
 * anything that is wrong, is for {@link RelayCommand} to read.
 *
 * @param config the file that is named, or null
 */
record ServeArguments(@Nullable Path config) {
  private static final String LONG = "--config";

  /**
   * Names of commands, which {@link RelayCommand} knows: taken for a file, one would be missing.
   */
  private static final Set<String> COMMANDS =
      Set.of("serve", "check", "demo", "keys", "status", "health", "bench", "completion");

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

  /** Whether a command line means nothing else by it: no command, list of arguments, or option. */
  private static boolean isPlain(String file) {
    boolean usual = !file.isEmpty() && "-@\"'".indexOf(file.charAt(0)) < 0;
    return usual && file.indexOf('\0') < 0 && !COMMANDS.contains(file);
  }
}
