package io.geminirelay.e2e;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs of others that judge our files. */
final class Programs {
  private Programs() {}

  /** What a run came to. */
  record Ran(int code, String output) {}

  /** Runs {@code name} to its end; skips the test if it is not installed. */
  static Ran run(String name, String... arguments) throws Exception {
    File program =
        Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
            .map(place -> new File(place, name))
            .filter(File::canExecute)
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(program != null, name + " is not installed");
    List<String> command = new ArrayList<>(List.of(String.valueOf(program)));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    byte[] output = process.getInputStream().readAllBytes();
    return new Ran(process.waitFor(), new String(output, StandardCharsets.UTF_8));
  }
}
