package io.geminirelay.e2e;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.TestClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The tarball: what is in it, that it serves where nothing else is, and how it is installed. Runs
 * after the jar is built, in Maven's phase {@code integration-test}.
 */
class PackagedIT {
  @TempDir static Path work;
  private static Path tarball = Path.of("");
  private static Path top = Path.of("");
  private static CompletableFuture<Path> again = new CompletableFuture<>();

  @TempDir private Path folder;

  @BeforeAll
  static void pack() throws Exception {
    tarball = Tarball.pack(Files.createDirectory(work.resolve("once")));
    top = Tarball.unpack(tarball, work.resolve("unpacked"));
    CompletableFuture<Path> second = new CompletableFuture<>();
    again = second;
    new Thread(
            () -> {
              try {
                second.complete(
                    Tarball.packAmongSecrets(Files.createDirectory(work.resolve("twice"))));
              } catch (Exception | AssertionError e) {
                second.completeExceptionally(e);
              }
            },
            "pack-again")
        .start();
  }

  @Test
  void theSameBuildGivesTheSameBytesWhateverSecretsLieBesideIt() throws Exception {
    byte[] once = sha256(tarball);
    assertArrayEquals(once, sha256(again.get(5, TimeUnit.MINUTES)));
    String sums = Files.readString(tarball.resolveSibling("SHA256SUMS"));
    assertEquals(HexFormat.of().formatHex(once) + "  " + tarball.getFileName() + "\n", sums);
  }

  private static byte[] sha256(Path file) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
  }

  @Test
  void everyLibraryIsInTheBillOfMaterialsAndHasALicence() throws Exception {
    String version = Files.readString(top.resolve("VERSION")).strip();
    Map<String, String> parts = parts();
    String thirdParty = Files.readString(top.resolve("THIRD-PARTY.txt"));
    Set<String> unknown = new TreeSet<>();
    Set<String> packed = libraries();
    assertTrue(packed.remove("gemini-relay-" + version + ".jar"), packed::toString);
    for (String jar : packed) {
      String coordinates = parts.get(jar);
      // A row reads: (LICENCE) Name (group:artifact:version - address).
      if (coordinates == null || !thirdParty.contains("(" + coordinates + " - ")) {
        unknown.add(jar + " " + coordinates);
      }
    }
    assertEquals(Set.of(), unknown);
    assertTrue(packed.size() > 40, packed::toString);
    // Of the parts only the other processor's are left out.
    Set<String> left = new TreeSet<>(parts.keySet());
    left.removeAll(packed);
    String other = packed.toString().contains("linux-x86_64") ? "linux-aarch_64" : "linux-x86_64";
    assertTrue(left.stream().allMatch(jar -> jar.contains(other)), left::toString);
    assertEquals(3, left.size(), left::toString);
  }

  /** Each jar brings the text of its licence, or the folder has one by the licence's name. */
  @Test
  void everyLibraryHasTheTextOfItsLicence() throws Exception {
    Path texts = top.resolve("licences");
    List<String> rows = Files.readAllLines(top.resolve("THIRD-PARTY.txt"));
    Map<String, String> parts = parts();
    Set<String> without = new TreeSet<>();
    for (String jar : libraries()) {
      String coordinates = parts.getOrDefault(jar, "ours");
      if (coordinates.equals("ours") || bringsLicence(texts.resolve(jar.replace(".jar", "")))) {
        continue;
      }
      String row =
          rows.stream()
              .filter(each -> each.contains("(" + coordinates + " "))
              .findFirst()
              .orElse("");
      Matcher licence = Pattern.compile("\\G *\\(([\\w.-]+)\\)").matcher(row);
      int found = 0;
      for (; licence.find(); found++) {
        if (!Files.isRegularFile(texts.resolve(licence.group(1) + ".txt"))) {
          without.add(jar + " " + licence.group(1));
        }
      }
      assertTrue(found > 0, jar + ": " + row);
    }
    assertEquals(Set.of(), without);
  }

  private static boolean bringsLicence(Path folder) throws Exception {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(
          each -> each.getFileName().toString().matches("(?i)(licen[cs]e|copying).*"));
    }
  }

  private static Set<String> libraries() throws Exception {
    try (Stream<Path> files = Files.list(top.resolve("lib"))) {
      Set<String> jars = new TreeSet<>();
      files
          .map(each -> each.getFileName().toString())
          .filter(n -> n.endsWith(".jar"))
          .forEach(jars::add);
      return jars;
    }
  }

  /** Group, artifact and version by the name of the jar. */
  private static Map<String, String> parts() throws Exception {
    Map<?, ?> bom =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(Files.readString(top.resolve("sbom.json")));
    assertEquals("CycloneDX", bom.get("bomFormat"));
    Map<String, String> parts = new LinkedHashMap<>();
    Pattern classifier = Pattern.compile("classifier=([\\w-]+)");
    for (Object each : (List<?>) bom.get("components")) {
      Map<?, ?> part = (Map<?, ?>) each;
      assertFalse(((List<?>) part.get("licenses")).isEmpty(), part::toString);
      assertFalse(((List<?>) part.get("hashes")).isEmpty(), part::toString);
      Matcher more = classifier.matcher(String.valueOf(part.get("purl")));
      String name = part.get("name") + "-" + part.get("version");
      parts.put(
          name + (more.find() ? "-" + more.group(1) : "") + ".jar",
          part.get("group") + ":" + part.get("name") + ":" + part.get("version"));
    }
    return parts;
  }

  @Test
  void tellsItsVersionAndChecksAConfigurationWithNothingInTheEnvironment() throws Exception {
    String program = top.resolve("bin/gemini-relay").toString();
    String version = Files.readString(top.resolve("VERSION")).strip();
    Tarball.Ran told = Tarball.run(Path.of("/"), Map.of(), program, "--version");
    assertEquals(new Tarball.Ran(0, "gemini-relay " + version + "\n"), told);
    for (String example : List.of("proxy.yaml", "minimal.yaml")) {
      String file = top.resolve("config").resolve(example).toString();
      Tarball.Ran checked = Tarball.run(Path.of("/"), Map.of(), program, "check", "-c", file);
      assertEquals(0, checked.code(), checked::output);
    }
    Path credentials = Files.createDirectory(folder.resolve("credentials"));
    Files.writeString(credentials.resolve("gemini-api-keys"), Rig.key(0) + "\n");
    Tarball.Ran service =
        Tarball.run(
            Path.of("/"),
            Map.of("CREDENTIALS_DIRECTORY", credentials.toString()),
            program,
            "check",
            "-c",
            top.resolve("config/config.yaml").toString());
    assertEquals(0, service.code(), service::output);
  }

  /** No folder is writable for it but none is needed; BoringSSL and epoll come from the package. */
  @Test
  void servesAsNobodyFromAFolderThatIsReadOnly() throws Exception {
    try (TestCertificates certificates = TestCertificates.forNames();
        GeminiSimulator google = GeminiSimulator.tls(new FakeTime(), certificates)) {
      Path config = Files.createDirectory(work.resolve("served")).resolve("relay.yaml");
      Path authority = Files.copy(certificates.caFile(), config.resolveSibling("authority.pem"));
      Files.writeString(
          config,
          "server: {port: 0, transport: epoll, max_connections: 1000}\ngroups: [{name: g, target_url: \"%s\", ca_file: %s, api_keys: [%s]}]\n"
              .formatted(google.baseUrl(), authority, Rig.key(0)));
      Tarball.run(
          work, Map.copyOf(System.getenv()), "chmod", "-R", "a+rX", config.getParent().toString());
      String program = top.resolve("bin/gemini-relay").toString();
      Process process =
          Tarball.start(
              Path.of("/"),
              folder.resolve("log"),
              Map.of("JAVA_OPTS", "-Djava.io.tmpdir=/proc/nowhere"),
              Tarball.asNobody(program, "serve", "-c", config.toString()));
      try (GatewayProcess gateway = new GatewayProcess(folder, process)) {
        int port = gateway.port();
        try (TestClient client = TestClient.connect(port)) {
          assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
        }
        String maps = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "maps"));
        for (String library : List.of("tcnative", "transport_native_epoll")) {
          assertTrue(
              maps.contains(top.resolve("lib/native") + "/libnetty_" + library), gateway.log());
        }
        String url = "http://127.0.0.1:" + port;
        Tarball.Ran asked = Tarball.run(Path.of("/"), Map.of(), program, "health", "--url", url);
        assertEquals(new Tarball.Ran(0, ""), asked);
        gateway.signal("TERM");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
        assertEquals(0, process.exitValue(), gateway.log());
        assertFalse(gateway.log().contains("\"level\":\"WARN\""), gateway.log());
      }
    }
  }

  @Test
  void startsWithAnArchiveThatIsMadeForWhereItWillBe() throws Exception {
    Path made = Tarball.unpack(tarball, folder.resolve("made"));
    Path moved = folder.resolve("moved");
    Tarball.Ran ran =
        Tarball.run(
            Path.of("/"),
            Map.of("PATH", "/usr/bin:/bin"),
            made.resolve("bin/make-archive").toString(),
            "--for",
            moved.toString());
    assertEquals(new Tarball.Ran(0, ""), ran);
    Files.move(made, moved);
    String program = moved.resolve("bin/gemini-relay").toString();
    Map<String, String> environment = Map.of("PORT", "0", "GEMINI_API_KEY_LIST", Rig.key(0));
    Process process =
        Tarball.start(Path.of("/"), folder.resolve("log"), environment, List.of(program));
    try (GatewayProcess gateway = new GatewayProcess(folder, process)) {
      assertTrue(gateway.port() > 0);
      String maps = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "maps"));
      assertTrue(maps.contains(moved.resolve("archive/classes.").toString()), gateway.log());
      gateway.signal("TERM");
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
      assertEquals("", gateway.log().lines().filter(l -> !l.startsWith("{")).collect(joining()));
    }
    // As a full disk, or a copy that was broken off, leaves it: some JVMs crash with that.
    Path archive = moved.resolve("archive/classes.jsa");
    byte[] whole = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
    Tarball.Ran told = Tarball.run(Path.of("/"), Map.of(), program, "--version");
    assertEquals(0, told.code(), told::output);
    assertTrue(told.output().matches("gemini-relay \\S+\n"), told::output);
  }

  @Test
  void isInstalledUpgradedAndTakenAway() throws Exception {
    String version = Files.readString(top.resolve("VERSION")).strip();
    Path root = folder.resolve("root");
    Path etc = root.resolve("etc/gemini-relay");
    staged(root, "install");
    Path program = root.resolve("opt/gemini-relay/current/bin/gemini-relay");
    assertEquals(
        version, Files.readSymbolicLink(root.resolve("opt/gemini-relay/current")).toString());
    Tarball.Ran told = Tarball.run(Path.of("/"), Map.of(), program.toString(), "--version");
    assertEquals(new Tarball.Ran(0, "gemini-relay " + version + "\n"), told);
    Path archive = root.resolve("opt/gemini-relay/current/archive/options");
    String place = "/opt/gemini-relay/" + version + "/archive/classes.";
    assertTrue(Files.readString(archive).contains("=" + place), "as it will be");
    for (String unit : List.of("gemini-relay.service", "gemini-relay.socket")) {
      Tarball.assertIsFile(root.resolve("usr/local/lib/systemd/system").resolve(unit));
    }
    Files.writeString(etc.resolve("config.yaml"), "# mine\n");
    Files.delete(etc.resolve("jvm.options"));
    Path opt = root.resolve("opt/gemini-relay");
    Path older = Files.createDirectory(opt.resolve("0.0.1"));
    Path oldest = opt.resolve("0.0.0");
    Files.writeString(Files.createDirectory(oldest).resolve("VERSION"), "0.0.0\n");
    Files.createDirectories(oldest.resolve("runtime/bin"));
    Files.createSymbolicLink(oldest.resolve("runtime/bin/java"), Path.of("/bin/true"));
    Files.delete(root.resolve("opt/gemini-relay/current"));
    Files.createSymbolicLink(root.resolve("opt/gemini-relay/current"), Path.of("0.0.1"));
    staged(root, "install");
    assertEquals("# mine\n", Files.readString(etc.resolve("config.yaml")));
    Tarball.assertIsFile(etc.resolve("jvm.options"));
    assertTrue(Files.isDirectory(older), "the older version is there to go back to");
    assertFalse(Files.exists(oldest), "but not those before it");
    Tarball.assertIsFile(program);
    keepsWhatRuns(root, opt.resolve(version));
    Files.delete(older);
    staged(root, "uninstall");
    assertFalse(Files.exists(opt));
    assertEquals("# mine\n", Files.readString(etc.resolve("config.yaml")));
    assertEquals(
        Set.of("config.yaml", "gemini-relay.schema.json", "jvm.options"), filesBelow(root));
    staged(root, "uninstall", "--purge");
    assertEquals(Set.of(), filesBelow(root));
    staged(root, "uninstall");
  }

  /** The same build changes nothing, another one of the same version is put beside it. */
  private static void keepsWhatRuns(Path root, Path there) throws Exception {
    Path current = root.resolve("opt/gemini-relay/current");
    Path part = there.resolve("README.md");
    Object file = Files.getAttribute(part, "unix:ino");
    staged(root, "install");
    assertEquals(file, Files.getAttribute(part, "unix:ino"));
    assertEquals(there.toRealPath(), current.toRealPath());
    Files.delete(part);
    Files.writeString(part, "of another build\n");
    staged(root, "install");
    assertEquals("of another build\n", Files.readString(part));
    String name = current.toRealPath().getFileName().toString();
    assertTrue(name.matches(Pattern.quote(there.getFileName() + "-") + "[0-9a-f]{12}"), name);
    Tarball.assertIsFile(current.resolve("bin/gemini-relay"));
  }

  private static void staged(Path root, String... command) throws Exception {
    String[] whole = command.clone();
    whole[0] = top.resolve(command[0]).toString();
    Map<String, String> environment = Map.of("DESTDIR", root.toString(), "PATH", "/usr/bin:/bin");
    Tarball.Ran ran = Tarball.run(Path.of("/"), environment, whole);
    assertEquals(0, ran.code(), ran::output);
  }

  private static Set<String> filesBelow(Path folder) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      Set<String> names = new TreeSet<>();
      files
          .filter(each -> !Files.isDirectory(each))
          .forEach(f -> names.add(f.getFileName().toString()));
      return names;
    }
  }
}
