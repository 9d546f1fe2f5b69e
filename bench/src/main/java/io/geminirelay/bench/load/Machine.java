package io.geminirelay.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a run was made on. */
final class Machine {
  private Machine() {}

  /** Kernel, JVM and processor, by name. */
  static Map<String, String> about() throws IOException {
    Map<String, String> about = new LinkedHashMap<>();
    about.put("kernel", System.getProperty("os.version"));
    about.put("jvm", System.getProperty("java.vm.version"));
    Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("model name"))
        .findFirst()
        .ifPresent(line -> about.put("processor", line.substring(line.indexOf(':') + 1).strip()));
    about.put("load average before", Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
    return about;
  }
}
