package io.geminirelay.bench.load.proxy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the threads of a process have used, user and system, to the nanosecond: the scheduler's own
 * account of each, where {@code /proc/PID/stat} counts in 1/100 s. A thread that ends between two
 * looks takes along what it used since the first.
 */
public record CpuTime(Map<Integer, Long> nanosByThread) {
  /** Of the process {@code pid} at this moment. */
  static CpuTime of(long pid) throws IOException {
    Map<Integer, Long> nanos = new HashMap<>();
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads) {
        String text = read(thread.resolve("schedstat"));
        if (!text.isEmpty()) {
          int number = Integer.parseInt(thread.getFileName().toString());
          nanos.put(number, Long.parseLong(text.substring(0, text.indexOf(' '))));
        }
      }
    }
    return new CpuTime(nanos);
  }

  /** What is there, or nothing of a thread that has just ended. */
  private static String read(Path file) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.isEmpty() ? "" : lines.get(0);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      if (Files.exists(file.getParent())) {
        throw e;
      }
      return "";
    }
  }

  /** Microseconds used since {@code before}. */
  public double microsSince(CpuTime before) {
    long nanos = 0;
    for (Map.Entry<Integer, Long> thread : nanosByThread.entrySet()) {
      nanos += thread.getValue() - before.nanosByThread().getOrDefault(thread.getKey(), 0L);
    }
    return nanos / 1e3;
  }
}
