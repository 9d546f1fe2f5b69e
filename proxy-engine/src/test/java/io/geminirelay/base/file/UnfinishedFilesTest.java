package io.geminirelay.base.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is removed of the files beside another that look as if they were to take its place. */
class UnfinishedFilesTest {
  private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = OLD.plusSeconds(300);

  @TempDir Path folder;

  private Path old(String name) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "keys");
    age(file);
    return file;
  }

  private static void age(Path file) throws IOException {
    FileTime time = FileTime.from(OLD);
    Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(time, time, time);
  }

  private Set<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Gives {@code file} to another user, as only a privileged one can; whether that was done. */
  private static boolean givenAway(Path file) {
    try {
      Files.setOwner(
          file,
          file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void goesWithNobodyAtItAnyMore() throws Exception {
    Path file = old("proxy[1].yaml");
    old(".proxy[1].yaml.123.tmp");
    old(".proxy[1].yaml.9876543210.tmp");
    FileSave.removeUnfinished(file, LATER);
    assertEquals(Set.of("proxy[1].yaml"), names());
  }

  @Test
  void staysWhereItIsFreshOrOfAnother() throws Exception {
    Path file = old("proxy.yaml");
    Path fresh = Files.createTempFile(folder, ".proxy.yaml.", ".tmp");
    old(".proxy.123.tmp");
    old(".proxy.yaml.old.123.tmp");
    old(".proxy.yaml.123.before");
    old(".proxy.yaml.mine.tmp");
    old("proxy.yaml.123.tmp");
    old(".proxyxyaml.123.tmp");
    Path elsewhere = old("elsewhere");
    age(Files.createSymbolicLink(folder.resolve(".proxy.yaml.5.tmp"), elsewhere));
    age(Files.createDirectory(folder.resolve(".proxy.yaml.6.tmp")));
    Set<String> before = names();
    FileSave.removeUnfinished(file, LATER);
    assertEquals(before, names());
    FileSave.removeUnfinished(file, Instant.MAX);
    before.remove(fresh.getFileName().toString());
    assertEquals(before, names());
  }

  @Test
  void staysWhereItIsOfAnotherUser() throws Exception {
    Path file = old("proxy.yaml");
    boolean given = givenAway(old(".proxy.yaml.123.tmp"));
    FileSave.removeUnfinished(file, LATER);
    assertEquals(given ? 2 : 1, names().size());
  }
}
