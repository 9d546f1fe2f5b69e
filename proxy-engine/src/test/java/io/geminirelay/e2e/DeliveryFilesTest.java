package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.ServerConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Files that others start the gateway by agree with it, and with each other. */
@Tag("once")
class DeliveryFilesTest {
  private static final Path CONFIG = Path.of("../config");
  private static final Path CONTAINER = CONFIG.resolve("container");
  private static final Path KUBERNETES = CONFIG.resolve("kubernetes");
  private static final Path UNITS = CONFIG.resolve("systemd");

  @TempDir private Path folder;

  @Test
  void systemdTakesTheUnitsAndFindsLittleExposed() throws Exception {
    for (String name : List.of("gemini-relay.service", "gemini-relay.socket")) {
      String unit = Files.readString(UNITS.resolve(name));
      // What is not installed here cannot be found here.
      String here = unit.replace("/opt/gemini-relay/current/bin/gemini-relay", "/bin/true");
      Files.writeString(folder.resolve(name), here);
    }
    String service = folder.resolve("gemini-relay.service").toString();
    String socket = folder.resolve("gemini-relay.socket").toString();
    Programs.Ran verified = Programs.run("systemd-analyze", "verify", "--man=no", service, socket);
    assertEquals(new Programs.Ran(0, ""), verified);
    Programs.Ran judged =
        Programs.run("systemd-analyze", "security", "--offline=true", "--threshold=20", service);
    assertEquals(0, judged.code(), judged::output);
    assertTrue(judged.output().contains("Overall exposure level"), judged::output);
  }

  @Test
  void theServiceIsGivenTheTimeItNeedsAndNotStartedAgainInVain() throws Exception {
    List<String> unit = Files.readAllLines(UNITS.resolve("gemini-relay.service"));
    assertTrue(unit.contains("Type=notify"));
    assertTrue(unit.contains("WatchdogSec=30"));
    assertTrue(unit.contains("RestartPreventExitStatus=2 3"), "wrong arguments, bad configuration");
    String stop = only(unit, "TimeoutStopSec=");
    assertTrue(longer(Integer.parseInt(stop), 0, ServerConfig.STANDARD), stop);
    assertTrue(only(unit, "SystemCallFilter=@").contains("system-service"));
    String address = ServerConfig.STANDARD.host() + ":" + ServerConfig.STANDARD.port();
    List<String> socket = Files.readAllLines(UNITS.resolve("gemini-relay.socket"));
    assertEquals(address, only(socket, "ListenStream="));
  }

  /** Uses up the heap. */
  public static final class Glutton {
    public static void main(String[] arguments) {
      List<byte[]> all = new ArrayList<>();
      while (true) {
        all.add(new byte[1 << 20]);
      }
    }
  }

  @Test
  void aGatewayWithoutMemoryIsStartedAnew() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + CONFIG.resolve("package/jvm.options").toAbsolutePath(),
                "-Xmx16m",
                "-cp",
                Path.of("target/test-classes").toAbsolutePath().toString(),
                Glutton.class.getName())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    assertTrue(said.contains("java.lang.OutOfMemoryError"), said);
    List<String> unit = Files.readAllLines(UNITS.resolve("gemini-relay.service"));
    List<String> left = List.of(only(unit, "RestartPreventExitStatus=").split(" "));
    assertFalse(left.contains(String.valueOf(code)), "exit code " + code);
    assertTrue(code != 0, "Restart=on-failure");
    assertEquals(0, folder.toFile().list().length, "files of the crash");
  }

  @Test
  void theHealthCheckDoesNotDependOnTheConfiguration() throws Exception {
    Map<?, ?> gateway = map(map(map(CONTAINER.resolve("compose.yaml")), "services"), "gateway");
    List<String> test = strings(map(gateway, "healthcheck").get("test"));
    int from = test.indexOf("io.geminirelay.Main") + 1;
    List<String> arguments = new ArrayList<>(test.subList(from, test.size()));
    arguments.replaceAll(each -> each.replace(":8080", ":1"));
    Path bad = Files.writeString(folder.resolve("bad.yaml"), "server: [\n");
    GatewayProcess asked =
        GatewayProcess.run(
            folder, Map.of("CONFIG_PATH", bad.toString()), arguments.toArray(String[]::new));
    assertEquals(1, asked.awaitEnd(), asked::log);
    assertTrue(asked.log().contains("no answer from http://127.0.0.1:1"), asked::log);
  }

  private static String only(List<String> lines, String start) {
    List<String> found = lines.stream().filter(line -> line.startsWith(start)).toList();
    assertEquals(1, found.size(), start);
    return found.get(0).substring(start.length());
  }

  /** Whether {@code seconds} are more than a drain may take after {@code before} seconds. */
  private static boolean longer(int seconds, int before, ServerConfig server) {
    Duration needed = server.drainDelay().plusSeconds(before).plus(server.drain());
    return Duration.ofSeconds(seconds).compareTo(needed.plusSeconds(5)) >= 0;
  }

  @Test
  void theScriptsAreAsShellcheckWantsThem() throws Exception {
    List<String> command = new ArrayList<>(List.of("-x", "../config/package/gemini-relay"));
    command.add("../config/package/make-archive");
    try (Stream<Path> scripts = Files.list(Path.of("../scripts"))) {
      scripts.map(Path::toString).sorted().forEach(command::add);
    }
    command.add("../.ci/run");
    Programs.Ran checked = Programs.run("shellcheck", command.toArray(String[]::new));
    assertEquals(new Programs.Ran(0, ""), checked);
  }

  @Test
  void composeGivesTheGatewayWhatItAsksFor() throws Exception {
    Map<?, ?> compose = map(CONTAINER.resolve("compose.yaml"));
    Map<?, ?> gateway = map(map(compose, "services"), "gateway");
    Set<String> secrets = new TreeSet<>(strings(gateway.get("secrets")));
    ServerConfig server = checked(CONTAINER.resolve("gateway.yaml"), secrets).server();
    assertEquals("0.0.0.0", server.host());
    assertTrue(strings(gateway.get("ports")).get(0).endsWith(":" + server.port()));
    int grace = Integer.parseInt(text(gateway, "stop_grace_period").replace("s", ""));
    assertTrue(longer(grace, 0, server), "stop_grace_period");
    assertEquals(true, gateway.get("read_only"));
    assertEquals(List.of("ALL"), gateway.get("cap_drop"));
    String image = Files.readString(CONTAINER.resolve("Containerfile"));
    List<String> test = strings(map(gateway, "healthcheck").get("test"));
    String health = "[\"" + String.join("\", \"", test.subList(1, test.size())) + "\"]";
    assertTrue(image.contains(health), health);
    assertTrue(image.contains("USER 65532:65532"));
    assertTrue(image.contains("EXPOSE " + server.port()));
    // Modes hold for all of them, so one group reads what all of them read.
    for (Object each : map(compose, "services").values()) {
      if (((Map<?, ?>) each).containsKey("secrets")) {
        assertTrue(text((Map<?, ?>) each, "user").endsWith(":65532"), each::toString);
      }
    }
    for (Object each : map(compose, "configs").values()) {
      Path file = CONTAINER.resolve(text((Map<?, ?>) each, "file")).normalize();
      assertTrue(Files.isRegularFile(file), file::toString);
    }
    String targets = Files.readString(CONTAINER.resolve("prometheus.yml"));
    assertTrue(targets.contains("gateway:" + server.port()));
    checked(CONTAINER.resolve("config.yaml"), Set.of("gemini-api-keys"));
  }

  @Test
  void kubernetesGivesTheGatewayWhatItAsksFor() throws Exception {
    Map<?, ?> secret = map(KUBERNETES.resolve("secret-example.yaml"));
    Set<String> secrets = new TreeSet<>();
    map(secret, "stringData").keySet().forEach(name -> secrets.add(name.toString()));
    ServerConfig server = checked(KUBERNETES.resolve("config.yaml"), secrets).server();
    Map<?, ?> template = map(map(map(KUBERNETES.resolve("deployment.yaml")), "spec"), "template");
    Map<?, ?> pod = map(template, "spec");
    Map<?, ?> container = (Map<?, ?>) ((List<?>) pod.get("containers")).get(0);
    Map<?, ?> port = (Map<?, ?>) ((List<?>) container.get("ports")).get(0);
    assertEquals(server.port(), port.get("containerPort"));
    assertEquals("/health", map(map(container, "readinessProbe"), "httpGet").get("path"));
    for (String probe : List.of("startupProbe", "livenessProbe")) {
      assertEquals(port.get("name"), map(map(container, probe), "tcpSocket").get("port"));
    }
    Map<?, ?> before = map(map(map(container, "lifecycle"), "preStop"), "sleep");
    int grace = number(pod, "terminationGracePeriodSeconds");
    assertTrue(longer(grace, number(before, "seconds"), server), "terminationGracePeriodSeconds");
    assertEquals(
        0,
        map(
                map(map(map(KUBERNETES.resolve("deployment.yaml")), "spec"), "strategy"),
                "rollingUpdate")
            .get("maxUnavailable"));
    Map<?, ?> bounds = map(container, "securityContext");
    assertEquals(true, bounds.get("readOnlyRootFilesystem"));
    assertEquals(false, bounds.get("allowPrivilegeEscalation"));
    assertEquals(true, map(pod, "securityContext").get("runAsNonRoot"));
    Map<?, ?> labels = map(map(template, "metadata"), "labels");
    Map<?, ?> service = map(map(KUBERNETES.resolve("service.yaml")), "spec");
    assertEquals(labels, service.get("selector"));
    for (String file : List.of("disruption-budget.yaml", "service-monitor.yaml")) {
      Map<?, ?> selector = map(map(map(KUBERNETES.resolve(file)), "spec"), "selector");
      assertEquals(labels, selector.get("matchLabels"), file);
    }
    Map<?, ?> policy = map(map(KUBERNETES.resolve("network-policy.yaml")), "spec");
    assertEquals(labels, map(policy, "podSelector").get("matchLabels"));
    for (Object each : (List<?>) container.get("env")) {
      Object folder = ((Map<?, ?>) each).get("value");
      assertTrue(
          ((List<?>) container.get("volumeMounts"))
              .stream().anyMatch(mount -> folder.equals(((Map<?, ?>) mount).get("mountPath"))),
          folder::toString);
    }
  }

  @Test
  void kustomizeKnowsEveryFileAndTheVersion() throws Exception {
    Map<?, ?> all = map(KUBERNETES.resolve("kustomization.yaml"));
    Set<String> named = new TreeSet<>(strings(all.get("resources")));
    named.addAll(
        Set.of("kustomization.yaml", "config.yaml", "secret-example.yaml", "service-monitor.yaml"));
    try (Stream<Path> files = Files.list(KUBERNETES)) {
      Set<String> there = new TreeSet<>();
      files.forEach(file -> there.add(file.getFileName().toString()));
      assertEquals(there, named);
    }
    Object tag = ((Map<?, ?>) ((List<?>) all.get("images")).get(0)).get("newTag");
    String pom = Files.readString(Path.of("../pom.xml"));
    assertTrue(pom.contains("\n  <version>" + tag + "</version>"), String.valueOf(tag));
    String compose = Files.readString(CONTAINER.resolve("compose.yaml"));
    assertTrue(compose.contains("gemini-relay:${GEMINI_RELAY_VERSION:-" + tag + "}"));
  }

  /** The configuration in {@code file}, which is valid with these credentials. */
  private EngineConfig checked(Path file, Set<String> credentials) throws Exception {
    Path secrets = Files.createTempDirectory(folder, "credentials");
    for (String name : credentials) {
      Files.writeString(secrets.resolve(name), "a-secret-of-" + name + "\n");
    }
    Map<String, String> environment =
        Map.of("CREDENTIALS_DIRECTORY", secrets.toString(), "API_KEYS", "a-token-0123456789");
    ConfigSource source = new ConfigSource(file.toAbsolutePath(), folder, environment);
    return ConfigLoader.load(source).config();
  }

  private static Map<?, ?> map(Path file) throws Exception {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
  }

  private static Map<?, ?> map(Map<?, ?> in, String name) {
    Object found = in.get(name);
    assertNotNull(found, name);
    return (Map<?, ?>) found;
  }

  private static String text(Map<?, ?> in, String name) {
    return String.valueOf(in.get(name));
  }

  private static int number(Map<?, ?> in, String name) {
    return (Integer) in.get(name);
  }

  private static List<String> strings(Object list) {
    return ((List<?>) list).stream().map(String::valueOf).toList();
  }
}
