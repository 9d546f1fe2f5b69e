package io.geminirelay.base.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is mounted alone, as containers have it: the system lets no other take its place. */
class MountedFileTest {
  private static final String BEFORE = "the text before";
  private static final String AFTER = "another text, which is longer";

  @TempDir Path folder;

  /** Replaces the text of a file. */
  static final class Saver {
    public static void main(String[] args) throws IOException {
      FileSave.replace(Path.of(args[0]), null, bytes(BEFORE), bytes(AFTER));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Runs a program where it may mount what nobody else gets to see; its exit code. */
  private static int amongOwnMounts(List<String> program) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--mount"));
    command.addAll(program);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(place -> new File(place, program).canExecute());
  }

  @Test
  void isWrittenInItsPlace() throws Exception {
    Assumptions.assumeTrue(isThere("unshare"), "unshare is not installed");
    Assumptions.assumeTrue(
        amongOwnMounts(List.of("true")) == 0, "this system lets unshare make no mounts");
    Path file = Files.writeString(folder.resolve("config.yaml"), BEFORE);
    Object inode = Files.getAttribute(file, "unix:ino");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> mounted =
        List.of("sh", "-ec", "mount --bind \"$1\" \"$1\"; shift; exec \"$@\"", "sh");
    List<String> all = new ArrayList<>(mounted);
    all.addAll(List.of(file.toString(), java, "-cp", classes));
    all.addAll(List.of(Saver.class.getName(), file.toString()));
    assertEquals(0, amongOwnMounts(all));
    assertEquals(AFTER, Files.readString(file));
    assertEquals(inode, Files.getAttribute(file, "unix:ino"), "it is the same file");
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "nothing left behind");
    }
  }
}
