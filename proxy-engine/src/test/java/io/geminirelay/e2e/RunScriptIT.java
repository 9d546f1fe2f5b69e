package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code scripts/run} in a copy of what it needs, as if it had just built that: its second start
 * takes the classes from the archive that the first one made, and one that is of no use is of no
 * harm.
 */
class RunScriptIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir private Path folder;
  private Path root = Path.of("");
  private Path target = Path.of("");

  @BeforeEach
  void copy() throws Exception {
    root = folder.resolve("a root");
    target = root.resolve("proxy-engine/target");
    String copy =
        "mkdir -p \"$0\"/scripts \"$0\"/config \"$0\"/proxy-engine/src \"$0\"/proxy-engine/target;"
            + " cp scripts/run scripts/jdks \"$0\"/scripts; cp -r config/package \"$0\"/config;"
            + " cp pom.xml \"$0\"; cp proxy-engine/pom.xml \"$0\"/proxy-engine;"
            + " cp proxy-engine/target/proxy-engine-*[0-9].jar \"$0\"/proxy-engine/target;"
            + " cp -r proxy-engine/target/lib \"$0\"/proxy-engine/target;"
            + " touch \"$0\"/proxy-engine/target/run.stamp";
    Map<String, String> environment = Map.copyOf(System.getenv());
    Tarball.Ran ran = Tarball.run(ROOT, environment, "bash", "-euc", copy, root.toString());
    assertEquals(0, ran.code(), ran::output);
  }

  @Test
  void laterStartsTakeTheClassesFromTheArchiveOfTheFirst() throws Exception {
    String first = tellVersion();
    assertTrue(first.contains("run: making an archive of classes"), first);
    Path archive = archive();
    FileTime made = Files.getLastModifiedTime(archive);
    assertTrue(takesArchive(serve()));
    assertEquals(made, Files.getLastModifiedTime(archive), "once is enough");
    // A build that changes anything leaves a jar with a later time.
    Files.setLastModifiedTime(jar(), FileTime.from(Instant.now()));
    String again = tellVersion();
    assertTrue(again.contains("run: making an archive of classes"), again);
    assertTrue(made.compareTo(Files.getLastModifiedTime(archive)) < 0, "made anew");
    assertTrue(takesArchive(serve()));
  }

  @Test
  void anArchiveThatDoesNotFitStopsNoStartAndIsNotSpokenOf() throws Exception {
    tellVersion();
    Path archive = archive();
    byte[] whole = Files.readAllBytes(archive);
    byte[] noise = new byte[whole.length];
    new Random(7).nextBytes(noise);
    Files.delete(archive);
    assertFalse(takesArchive(serve()), "one that is gone");
    Files.write(archive, noise);
    assertFalse(takesArchive(serve()), "one that is none");
    Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
    assertFalse(takesArchive(serve()), "one that was cut short");
    Files.write(archive, whole);
    assertTrue(takesArchive(serve()), "the one that was made");
  }

  /** As if other jars had come into the place of those that it was made of. */
  @Test
  void anArchiveOfOtherJarsIsNotTaken() throws Exception {
    tellVersion();
    for (Path jar : List.of(jar(), only(target.resolve("lib"), "netty-common"))) {
      FileTime time = Files.getLastModifiedTime(jar);
      Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
      assertFalse(takesArchive(serve()), "an older one");
      byte[] bytes = Files.readAllBytes(jar);
      Files.write(jar, new byte[1], StandardOpenOption.APPEND);
      Files.setLastModifiedTime(jar, time);
      assertFalse(takesArchive(serve()), "a longer one");
      Files.write(jar, bytes);
      Files.setLastModifiedTime(jar, time);
      assertTrue(takesArchive(serve()), "the one it was made of");
    }
  }

  /** Whoever may not write there takes what there is, and makes nothing. */
  @Test
  void startsForWhoMayOnlyRead() throws Exception {
    change("chmod 755 \"$0\"; chmod -R go=rX,a-w \"$0\"/*");
    assertFalse(takesArchive(serve(Tarball.asNobody(program()))));
    assertFalse(Files.exists(target.resolve("archive")));
    change("chmod -R u+w \"$0\"/*");
    tellVersion();
    Path archive = archive();
    change("chmod -R a-w \"$0\"/*");
    assertTrue(takesArchive(serve(Tarball.asNobody(program()))));
    Files.setLastModifiedTime(jar(), FileTime.from(Instant.now()));
    FileTime made = Files.getLastModifiedTime(archive);
    assertFalse(takesArchive(serve(Tarball.asNobody(program()))));
    assertEquals(made, Files.getLastModifiedTime(archive()));
    change("chmod -R u+w \"$0\"/*");
  }

  private void change(String command) throws Exception {
    Map<String, String> environment = Map.copyOf(System.getenv());
    Tarball.Ran ran = Tarball.run(folder, environment, "bash", "-euc", command, folder.toString());
    assertEquals(0, ran.code(), ran::output);
  }

  private String program() {
    return root.resolve("scripts/run").toString();
  }

  @Test
  void withoutRoomForAnArchiveItStartsWithout() throws Exception {
    Files.writeString(target.resolve("archive"), "in its way");
    assertFalse(takesArchive(serve()));
  }

  private Path jar() throws IOException {
    return only(target, ".jar");
  }

  private Path archive() throws IOException {
    try (Stream<Path> each = Files.list(target.resolve("archive"))) {
      List<Path> all = each.toList();
      assertEquals(1, all.size(), all::toString);
      Path options = all.get(0).resolve("options");
      assertTrue(Files.exists(options), all::toString);
      assertFalse(Files.exists(all.get(0).resolve("log")), "what went wrong");
      return only(all.get(0), "classes.");
    }
  }

  private static Path only(Path folder, String part) throws IOException {
    try (Stream<Path> each = Files.list(folder)) {
      return each.filter(f -> f.getFileName().toString().contains(part)).findFirst().orElseThrow();
    }
  }

  private static boolean takesArchive(String maps) {
    return maps.contains("/archive/");
  }

  /** Has it make what is missing, and gives what it wrote. */
  private String tellVersion() throws Exception {
    Map<String, String> environment = Map.copyOf(System.getenv());
    Tarball.Ran ran = Tarball.run(folder, environment, program(), "--version");
    assertEquals(0, ran.code(), ran::output);
    assertTrue(ran.output().contains("gemini-relay "), ran::output);
    return ran.output();
  }

  /** Starts it, has it answer, and stops it; gives what the process had mapped. */
  private String serve() throws Exception {
    return serve(List.of(program()));
  }

  private String serve(List<String> command) throws Exception {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putAll(Map.of("PORT", "0", "GEMINI_API_KEY_LIST", Rig.key(0), "LOG_LEVEL", "info"));
    Path log = folder.resolve("log");
    Process process = Tarball.start(folder, log, environment, command);
    try (GatewayProcess gateway = new GatewayProcess(folder, process)) {
      int port = gateway.port();
      try (TestClient client = TestClient.connect(port)) {
        assertEquals(200, client.exchange("GET", "/health", List.of(), null).status());
      }
      String maps = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "maps"));
      process.destroy();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
      assertEquals(0, process.exitValue(), gateway.log());
      List<String> foreign = gateway.log().lines().filter(l -> !l.startsWith("{")).toList();
      assertEquals(List.of(), foreign);
      return maps;
    }
  }
}
