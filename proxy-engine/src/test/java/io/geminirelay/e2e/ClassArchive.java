package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The program in a jar, as it is delivered, and the classes of its start in an archive: a process
 * that starts with both takes half of the processor's time. Made by the first test that needs it,
 * once for a build and a JDK.
 */
final class ClassArchive {
  private static final Path FOLDER = Path.of("target", "class-archive").toAbsolutePath();
  private static final Path PROGRAM = Path.of("target", "classes");

  private static List<String> options = List.of();

  private ClassArchive() {}

  /** What stands behind {@code java}, before the class to start. Blocks the first time. */
  static synchronized List<String> options() {
    if (options.isEmpty()) {
      try {
        options = List.copyOf(made());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
    return options;
  }

  private static List<String> made() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    String build = System.getProperty("java.vm.version") + "-" + newest();
    Path folder = FOLDER.resolve(build.replace('/', '-'));
    Path jar = folder.resolve("program.jar");
    Path archive = folder.resolve("classes.jsa");
    List<String> path = List.of("-cp", jar + File.pathSeparator + libraries());
    // Several processes run tests at once; one makes it, the others wait.
    try (FileChannel lock =
            FileChannel.open(
                FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      if (held.isValid() && !Files.exists(archive)) {
        Files.createDirectories(folder);
        pack(jar);
        Path unfinished = folder.resolve("unfinished.jsa");
        dump(folder, path, unfinished);
        Files.move(unfinished, archive);
      }
    }
    List<String> all = new ArrayList<>(List.of("-XX:SharedArchiveFile=" + archive));
    // Where it does not fit, as with another size of the heap, the classes are read as ever.
    all.add("-Xlog:cds*=off");
    all.addAll(path);
    return all;
  }

  /** Serves one start and stop, at whose end the classes that were read are written. */
  private static void dump(Path folder, List<String> path, Path archive)
      throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(path);
    options.add(0, "-XX:ArchiveClassesAtExit=" + archive);
    Path file =
        Files.writeString(
            folder.resolve("relay.yaml"), GatewayProcess.config("http://127.0.0.1:9"));
    List<String> command = GatewayProcess.command(options, "serve", "-c", file.toString());
    try (GatewayProcess gateway = GatewayProcess.start(folder, command)) {
      gateway.port();
      gateway.process().destroy();
      assertEquals(0, gateway.awaitEnd(), gateway::log);
    }
  }

  /** When the last of the program's files was written. */
  private static long newest() throws IOException {
    long newest = 0;
    for (Path each : files()) {
      newest = Math.max(newest, Files.getLastModifiedTime(each).toMillis());
    }
    return newest;
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(PROGRAM)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String libraries() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.of(all.split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static void pack(Path jar) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (Path each : files()) {
        zip.putNextEntry(new ZipEntry(PROGRAM.relativize(each).toString()));
        Files.copy(each, zip);
      }
    }
  }
}
