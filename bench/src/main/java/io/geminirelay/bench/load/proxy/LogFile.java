package io.geminirelay.bench.load.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The gateway's log: a file in memory, where the machine has such, because no disk is to be
 * measured. It is emptied between two windows, after its lines have been counted.
 */
public final class LogFile implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final Pattern DROPPED =
      Pattern.compile("\"message\":\"(\\d+) log lines were dropped");

  private final Path path;
  private long requests;
  private long dropped;

  private LogFile(Path path) {
    this.path = path;
  }

  /** An empty one. */
  static LogFile create() throws IOException {
    Path path =
        Files.isWritable(MEMORY)
            ? Files.createTempFile(MEMORY, "load", ".log")
            : Files.createTempFile("load", ".log");
    // A run may be ended by a signal.
    path.toFile().deleteOnExit();
    return new LogFile(path);
  }

  /** Appended to, so that what comes after it was emptied begins at its beginning. */
  ProcessBuilder.Redirect redirect() {
    return ProcessBuilder.Redirect.appendTo(path.toFile());
  }

  /** Counts what it holds, and empties it. */
  public void collect() throws IOException {
    try (Stream<String> lines = Files.lines(path, StandardCharsets.UTF_8)) {
      lines.forEach(this::count);
    }
    Files.write(path, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
  }

  private void count(String line) {
    if (line.contains("\"logger\":\"access\"")) {
      requests++;
    } else {
      Matcher found = DROPPED.matcher(line);
      if (found.find()) {
        dropped += Long.parseLong(found.group(1));
      }
    }
  }

  /** What it held of requests and of dropped lines, in all that was collected. */
  public String summary() {
    return requests + " lines of requests, " + dropped + " dropped";
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
