package io.geminirelay;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.tokens.VocabularyException;
import io.geminirelay.command.Exit;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/**
 * Where the process begins. A plain start serves at once: the library that reads all other commands
 * is of class files so old that no archive of classes takes them, and reading them costs as long as
 * all the rest of the start.
 */
public final class Main {
  private static final String OWN = Main.class.getPackageName() + ".";

  private Main() {}

  /** Runs the command and exits with its code. */
  public static void main(String[] args) {
    ServeArguments plain = ServeArguments.of(args);
    int code = plain == null ? RelayCommand.commandLine().execute(args) : serve(plain);
    // What was logged on the way, of a start that failed above all, is still on its way out.
    LogLevel.close();
    System.exit(code);
  }

  private static int serve(ServeArguments arguments) {
    PrintWriter err = complaints();
    try {
      return Serving.run(new ConfigStore(ConfigSource.ofProcess(arguments.config())), err);
    } catch (Exception e) {
      return explain(e, err);
    }
  }

  /** Where a start complains. */
  static PrintWriter complaints() {
    return new PrintWriter(new OutputStreamWriter(System.err, Charset.defaultCharset()), true);
  }

  /** Tells why a command failed; gives its exit code. */
  static int explain(Exception e, PrintWriter err) {
    err.println("gemini-relay: " + reason(e));
    err.flush();
    boolean invalid = e instanceof ConfigException || e instanceof VocabularyException;
    return invalid ? Exit.CONFIG_INVALID : Exit.FAILED;
  }

  /**
   * What {@code e} says, if it is ours or comes from a file or the network. Other libraries repeat
   * in their complaints what they were given, be it a token.
   */
  static String reason(Exception e) {
    StackTraceElement[] trace = e.getStackTrace();
    String where = trace.length == 0 ? "" : " at " + trace[0];
    boolean foreign =
        e instanceof RuntimeException
            && (trace.length == 0 || !trace[0].getClassName().startsWith(OWN));
    String message = e.getMessage();
    return foreign || message == null ? e.getClass().getName() + where : message;
  }
}
