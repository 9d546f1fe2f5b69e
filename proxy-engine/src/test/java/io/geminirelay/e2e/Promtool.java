package io.geminirelay.e2e;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Prometheus's own tool that checks files and pages. */
final class Promtool {
  private Promtool() {}

  /** What a run came to. */
  record Result(int code, String output) {}

  /** Runs it in {@code folder}; skips the test if it is not installed. */
  static Result run(Path folder, Path input, String... arguments) throws Exception {
    File program =
        Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
            .map(place -> new File(place, "promtool"))
            .filter(File::canExecute)
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(program != null, "promtool is not installed");
    List<String> command = new ArrayList<>(List.of(String.valueOf(program)));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("promtool", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(input.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("promtool does not end");
      }
      return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }
}
