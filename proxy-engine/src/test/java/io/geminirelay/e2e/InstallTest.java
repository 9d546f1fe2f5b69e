package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code install} and {@code uninstall} take away what is theirs, and nothing else. */
@Tag("once")
class InstallTest {
  @TempDir private Path folder;
  private Path root = Path.of("");
  private Path opt = Path.of("");

  @BeforeEach
  void installOne() throws Exception {
    root = folder.resolve("root");
    opt = root.resolve("opt/gemini-relay");
    install("1");
  }

  @Test
  void anUpgradeTakesAwayOlderVersionsAndSaysSo() throws Exception {
    install("2");
    String said = install("3");
    assertEquals(Set.of("2", "3", "current"), there());
    assertTrue(said.contains("install: took away " + opt.resolve("1") + "\n"), said);
    assertFalse(install("3").contains("took away"), "nothing more to take away");
  }

  @Test
  void anUpgradeLeavesWhatIsNotOurs() throws Exception {
    Set<String> strange = leaveStrangeThings();
    strange.addAll(Set.of("2", "3", "current"));
    install("2");
    String said = install("3");
    assertEquals(strange, there());
    assertTrue(Files.exists(folder.resolve("elsewhere/runtime/bin/java")));
    assertEquals(List.of("took away " + opt.resolve("1")), told(said, "took away"));
  }

  /** As somebody points it who goes back by hand. */
  @Test
  void theVersionBeforeStaysHoweverCurrentPointsToIt() throws Exception {
    install("2");
    Files.delete(opt.resolve("current"));
    Files.createSymbolicLink(opt.resolve("current"), Path.of("/opt/gemini-relay/1/"));
    install("3");
    assertEquals(Set.of("1", "3", "current"), there());
  }

  @Test
  void nothingStaysOfWhatIsOurs() throws Exception {
    install("2");
    Files.createDirectories(opt.resolve(".new/runtime"));
    String said = uninstall();
    assertFalse(Files.exists(opt), said);
    assertEquals(List.of(), told(said, "left "));
    Path program = root.resolve("usr/local/bin/gemini-relay");
    assertFalse(Files.exists(program, LinkOption.NOFOLLOW_LINKS));
    assertFalse(uninstall().contains("took away"));
  }

  @Test
  void whatIsNotOursStaysAndIsNamed() throws Exception {
    Set<String> strange = leaveStrangeThings();
    Path program = root.resolve("usr/local/bin/gemini-relay");
    Files.delete(program);
    Files.writeString(program, "mine\n");
    String said = uninstall("--purge");
    assertEquals(strange, there());
    assertTrue(Files.exists(folder.resolve("elsewhere/runtime/bin/java")));
    assertEquals("mine\n", Files.readString(program));
    Set<String> left = new TreeSet<>();
    left.add("left " + program);
    strange.forEach(each -> left.add("left " + opt.resolve(each)));
    assertEquals(left, new TreeSet<>(told(said, "left ")));
    assertEquals(List.of("took away " + opt.resolve("1")), told(said, "took away"));
  }

  /** Other than ours by a little; gives their names. */
  private Set<String> leaveStrangeThings() throws Exception {
    Files.writeString(opt.resolve("notes.txt"), "mine\n");
    Files.writeString(opt.resolve(".hidden"), "mine\n");
    Files.writeString(Files.createDirectory(opt.resolve("backup of May")).resolve("a"), "mine\n");
    Files.writeString(Files.createDirectory(opt.resolve("tool")).resolve("VERSION"), "7\n");
    Files.createDirectories(opt.resolve("jdk/runtime/bin"));
    Files.createFile(opt.resolve("jdk/runtime/bin/java"));
    unpacked("elsewhere");
    Files.createSymbolicLink(opt.resolve("stable"), folder.resolve("elsewhere"));
    return new TreeSet<>(Set.of("notes.txt", ".hidden", "backup of May", "tool", "jdk", "stable"));
  }

  private Set<String> there() throws Exception {
    try (Stream<Path> files = Files.list(opt)) {
      Set<String> names = new TreeSet<>();
      files.forEach(each -> names.add(each.getFileName().toString()));
      return names;
    }
  }

  private static List<String> told(String said, String start) {
    return said.lines()
        .map(line -> line.substring(line.indexOf(": ") + 2))
        .filter(line -> line.startsWith(start))
        .toList();
  }

  /** What is in a tarball as far as these scripts look at it. */
  private Path unpacked(String version) throws Exception {
    String copy =
        "mkdir -p \"$0\"/runtime/bin \"$0\"/config; cd ..; cp -r config/systemd scripts/install"
            + " scripts/uninstall \"$0\"; cp config/package/config.yaml config/package/jvm.options"
            + " config/gemini-relay.schema.json \"$0\"/config; ln -s /bin/true"
            + " \"$0\"/runtime/bin/java; basename \"$0\" >\"$0\"/VERSION";
    Path top = folder.resolve(version);
    run("bash", "-euc", copy, top.toString());
    return top;
  }

  private String install(String version) throws Exception {
    Path top = folder.resolve(version);
    return run((Files.exists(top) ? top : unpacked(version)).resolve("install").toString());
  }

  private String uninstall(String... arguments) throws Exception {
    String script = Path.of("../scripts/uninstall").toAbsolutePath().toString();
    return run(Stream.concat(Stream.of(script), Stream.of(arguments)).toArray(String[]::new));
  }

  private String run(String... command) throws Exception {
    Map<String, String> environment = Map.of("DESTDIR", root.toString(), "PATH", "/usr/bin:/bin");
    Tarball.Ran ran = Tarball.run(Path.of("").toAbsolutePath(), environment, command);
    assertEquals(0, ran.code(), ran::output);
    return ran.output();
  }
}
