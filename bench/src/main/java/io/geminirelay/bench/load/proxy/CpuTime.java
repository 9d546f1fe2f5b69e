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
 * What a process has used, user and system, in two accounts.
 *
 * @param nanosByThread the scheduler's own of each thread, to the nanosecond; a thread that ends
 *     between two looks takes along what it used since the first; empty where a kernel has none
 * @param processMicros that of {@code /proc/PID/stat}, which keeps what ended threads have used, to
 *     1/100 s
 */
public record CpuTime(Map<Integer, Long> nanosByThread, long processMicros) {
  /** Of the process {@code pid} at this moment, which has used {@code processMicros}. */
  static CpuTime of(long pid, long processMicros) throws IOException {
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
    return new CpuTime(nanos, processMicros);
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

  /** Microseconds used since {@code before}: by the account that holds more. */
  public double microsSince(CpuTime before) {
    long nanos = 0;
    for (Map.Entry<Integer, Long> thread : nanosByThread.entrySet()) {
      nanos += thread.getValue() - before.nanosByThread().getOrDefault(thread.getKey(), 0L);
    }
    return Math.max(nanos / 1e3, (double) (processMicros - before.processMicros()));
  }
}
