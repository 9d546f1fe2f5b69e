package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The image that the Containerfile makes of a tarball, built by buildah without a registry: the
 * last stage as it is, on a base of this machine's glibc; of the stage before it what comes after
 * the packing, by this machine's shell, which has to come to the same in the tarball's own tree, as
 * far as that goes to a builder. Needs neither overlays nor a user namespace, but the right to
 * mount. All of it is in one folder, which may be deleted with everything in it.
 */
final class ContainerImage {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String LAST = "FROM ${RUN_IMAGE}";

  private final Path folder;
  private final Map<String, String> environment;
  private String container = "";

  private ContainerImage(Path folder) {
    this.folder = folder;
    String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
    this.environment =
        Map.of("PATH", path, "HOME", folder.toString(), "BUILDAH_ISOLATION", "chroot");
  }

  /** Builds it in {@code folder}; skips the test where buildah is not there or cannot work. */
  static ContainerImage build(Path folder, Path tarball) throws Exception {
    Programs.run("buildah", "--version");
    ContainerImage image = new ContainerImage(folder);
    String file = Files.readString(ROOT.resolve("config/container/Containerfile"));
    image.base(tarball);
    image.stages(tarball, file.substring(file.indexOf("RUN mkdir"), file.indexOf(LAST)));
    String last = file.substring(file.indexOf(LAST));
    Files.writeString(
        folder.resolve("Last"),
        "ARG RUN_IMAGE\nFROM scratch AS build\nCOPY context/image /image\n" + last);
    Tarball.Ran built =
        image.buildah(
            "build",
            "-q",
            "--format",
            "docker",
            "--pull-never",
            "-f",
            "Last",
            "--build-arg",
            "RUN_IMAGE=localhost/base",
            "-t",
            "relay",
            ".");
    assertEquals(0, built.code(), built::output);
    image.container = image.container("localhost/relay");
    return image;
  }

  /** What a Java runtime and our native libraries need, as this machine has it. */
  private void base(Path tarball) throws Exception {
    shell(
        "mkdir -p base context/packed; cp \"$0\" context/packed/; tar -xzf \"$0\"\n"
            + "for each in gemini-relay-*/runtime/bin/java $(find gemini-relay-* -name '*.so'); do\n"
            + "  ldd \"$each\" 2>/dev/null | grep -o ' */lib[^ ]*' || true\n"
            + "done | sort -u | while read -r library; do\n"
            + "  if [ -f \"$library\" ]; then cp --parents -L \"$library\" base/; fi\n"
            + "done; rm -r gemini-relay-*",
        folder,
        tarball.toString());
    Files.writeString(folder.resolve("Base"), "FROM scratch\nCOPY base/ /\n");
    Tarball.Ran built = buildah("build", "-q", "-f", "Base", "-t", "base", ".");
    assertEquals(0, built.code(), built::output);
    String empty = container("localhost/base");
    // Its own loader is the one program it has.
    Tarball.Ran ran = buildah("run", empty, "--", "/lib64/ld-linux-x86-64.so.2", "--version");
    boolean mounts = !ran.output().contains("operation not permitted");
    Assumptions.assumeTrue(mounts, "buildah cannot run anything here: " + ran.output());
  }

  private void stages(Path tarball, String text) throws Exception {
    Path context = folder.resolve("context");
    stage(text, ROOT, context);
    Path top = Tarball.unpack(tarball, folder.resolve("unpacked"));
    Path sent = Files.createDirectory(folder.resolve("sent"));
    shell(
        "cd \"$0\"; grep '^!' config/container/.containerignore | tr -d '!' | while read -r each; do\n"
            + "  if [ -e \"$each\" ]; then cp -R \"$each\" \"$1\"; fi\n"
            + "done",
        ROOT,
        top.toString(),
        sent.toString());
    Path secrets = Files.createDirectory(sent.resolve("config/container/secrets"));
    Files.writeString(secrets.resolve("gemini-api-keys"), "a key that no image may hold");
    Path other = folder.resolve("other");
    stage(text, sent, other);
    // Archives of classes have the time in them.
    String same = "diff -r -x '*.jsa' -I '^# size: ' \"$0\"/image \"$1\"/image; rm -r \"$1\"";
    shell(same, ROOT, context.toString(), other.toString());
  }

  private void stage(String text, Path in, Path out) throws Exception {
    String commands =
        text.replace("RUN ", "")
            .replace("scripts/package --out /packed", "true")
            .replace(" /image", " " + out + "/image")
            .replace(" /packed", " " + out + "/packed");
    shell(commands, in);
  }

  private void shell(String script, Path in, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", "-euc", script));
    command.addAll(List.of(arguments));
    Tarball.Ran ran = Tarball.run(in, environment, command.toArray(String[]::new));
    assertEquals(0, ran.code(), ran::output);
  }

  private String container(String image) throws Exception {
    Tarball.Ran made = buildah("from", "-q", "--pull-never", image);
    assertEquals(0, made.code(), made::output);
    return made.output().strip();
  }

  /** What the image says of how it is run: a map of Docker's names to their values. */
  Map<?, ?> config() throws Exception {
    Tarball.Ran ran = buildah("inspect", container);
    assertEquals(0, ran.code(), ran::output);
    Map<?, ?> all = new Yaml(new SafeConstructor(new LoaderOptions())).load(ran.output());
    return (Map<?, ?>) ((Map<?, ?>) all.get("Docker")).get("config");
  }

  /** Runs a command in the container, as its user. */
  Tarball.Ran run(List<String> command) throws Exception {
    return Tarball.run(folder, environment, command("run", container, command));
  }

  /** Starts a command in the container, as its user. */
  Process start(Path log, List<String> variables, List<String> command) throws Exception {
    List<String> whole = new ArrayList<>();
    variables.forEach(each -> whole.addAll(List.of("-e", each)));
    whole.add(container);
    whole.add("--");
    whole.addAll(command);
    return Tarball.start(folder, log, environment, List.of(command("run", whole)));
  }

  private String[] command(String verb, String container, List<String> command) {
    List<String> whole = new ArrayList<>(List.of(container, "--"));
    whole.addAll(command);
    return command(verb, whole);
  }

  private String[] command(String verb, List<String> arguments) {
    List<String> whole = new ArrayList<>(List.of("buildah", "--storage-driver", "vfs", "--root"));
    whole.addAll(List.of(folder + "/store", "--runroot", folder + "/run", verb));
    whole.addAll(arguments);
    return whole.toArray(String[]::new);
  }

  private Tarball.Ran buildah(String verb, String... arguments) throws Exception {
    return Tarball.run(folder, environment, command(verb, List.of(arguments)));
  }
}
