package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What {@code scripts/package} makes of the last build, and programs run from it. */
final class Tarball {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Tarball() {}

  /** Packs into {@code folder}; gives the tarball. */
  static Path pack(Path folder) throws Exception {
    return pack(ROOT, folder);
  }

  /** The same from a copy of what there is beside the build, with secrets where one keeps them. */
  static Path packAmongSecrets(Path folder) throws Exception {
    Path sources = Files.createDirectory(folder.resolveSibling(folder.getFileName() + "-sources"));
    String copy =
        "cp -r config scripts README.md LICENSE pom.xml \"$0\"; ln -s \"$PWD/proxy-engine\" \"$0\"";
    Ran copied = run(ROOT, Map.copyOf(System.getenv()), "bash", "-euc", copy, sources.toString());
    assertEquals(0, copied.code(), copied::output);
    for (String secret :
        List.of(
            "config/container/secrets/gemini-api-keys",
            "config/container/production.env",
            "config/kubernetes/secrets/admin-token",
            "config/kubernetes/secret.yaml")) {
      Path file = sources.resolve(secret);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "a-secret\n");
    }
    return pack(sources, folder);
  }

  private static Path pack(Path sources, Path folder) throws Exception {
    Ran ran =
        run(
            sources,
            Map.copyOf(System.getenv()),
            "scripts/package",
            "--no-build",
            "--out",
            folder.toString());
    assertEquals(0, ran.code(), ran::output);
    try (Stream<Path> made = Files.list(folder)) {
      List<Path> files = made.sorted().toList();
      assertEquals(2, files.size(), files::toString);
      assertEquals("SHA256SUMS", files.get(0).getFileName().toString());
      return files.get(1);
    }
  }

  /**
   * Unpacks into {@code folder}, for everybody to read and nobody to write; gives what is inside.
   */
  static Path unpack(Path tarball, Path folder) throws Exception {
    Files.createDirectories(folder);
    Ran ran = run(folder, Map.copyOf(System.getenv()), "tar", "-xzf", tarball.toString());
    assertEquals(0, ran.code(), ran::output);
    Path top = folder.resolve(tarball.getFileName().toString().replace(".tar.gz", ""));
    assertEquals(
        0, run(folder, Map.copyOf(System.getenv()), "chmod", "-R", "a-w", top.toString()).code());
    for (Path each = folder;
        each.startsWith(System.getProperty("java.io.tmpdir"));
        each = each.getParent()) {
      if (Files.isWritable(each) && !each.toString().equals(System.getProperty("java.io.tmpdir"))) {
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    return top;
  }

  /**
   * A command as somebody who owns none of the files, where this is root.
   *
   * @param command the program and its arguments
   */
  static List<String> asNobody(String... command) {
    List<String> whole = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      whole.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    }
    whole.addAll(List.of(command));
    return whole;
  }

  /** What a program came to. */
  record Ran(int code, String output) {}

  /** Runs a program to its end with this environment alone. */
  static Ran run(Path folder, Map<String, String> environment, String... command) throws Exception {
    Path output = Files.createTempFile("ran", ".log");
    try {
      Process process = start(folder, output, environment, List.of(command));
      if (!process.waitFor(300, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command[0] + " does not end: " + Files.readString(output));
      }
      return new Ran(process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }

  /** Starts a program with this environment alone. */
  static Process start(
      Path folder, Path output, Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  /** Fails unless {@code file} is one. */
  static void assertIsFile(Path file) {
    assertTrue(Files.isRegularFile(file), file::toString);
  }
}
