package io.geminirelay.base.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Turns a file and the environment into a whole configuration, or into everything that is wrong
 * with them.
 *
 * <p>The file is the one named on the command line, else by {@code CONFIG_PATH}, else the first of
 * {@code config.yaml}, {@code config.yml} and {@code proxy.yaml} in the working directory; with
 * none of them the environment alone may suffice. Who reads it again stays with the file of the
 * first time ({@link ConfigSource#staying}). Blocking: for start and reload, not for an event loop.
 * Thread safe.
 */
public final class ConfigLoader {
  private static final List<String> USUAL_NAMES =
      List.of("config.yaml", "config.yml", "proxy.yaml");

  private ConfigLoader() {}

  /**
   * Reads and checks the configuration.
   *
   * @throws ConfigException with every mistake there is
   */
  public static Loaded load(ConfigSource source) throws ConfigException {
    return load(source, open(source));
  }

  /**
   * Reads and checks the configuration that {@code file} gives, whose text may be another than the
   * one on disk. Everything that it names is found as ever.
   *
   * @throws ConfigException with every mistake there is
   */
  public static Loaded load(ConfigSource source, ConfigFile file) throws ConfigException {
    Problems problems = new Problems();
    ConfigTree root = root(source, file, problems);
    problems.throwIfAny();
    EngineConfig config = read(root.reading(), root);
    problems.throwIfAny();
    return new Loaded(config, problems.warnings(), file.path());
  }

  /**
   * The file of {@code source} as it is now, unread; an empty one where there is none.
   *
   * @throws ConfigException if it cannot be read as a text
   */
  public static ConfigFile open(ConfigSource source) throws ConfigException {
    Problems problems = new Problems();
    Path file = find(source, new EnvOverlay(source.environment()), problems);
    problems.throwIfAny();
    String text = file == null ? "" : YamlText.read(file, ConfigFile.name(file), problems);
    problems.throwIfAny();
    return new ConfigFile(file, text);
  }

  /** Where each key of {@code file} and the environment is given, by fingerprint. */
  public static Map<String, Place> keyPlaces(ConfigSource source, ConfigFile file) {
    ConfigTree root = root(source, file, new Problems());
    GroupSection groups = new GroupSection(root.reading(), new QuotaSection(root));
    groups.read(root);
    return groups.keyPlaces();
  }

  /** The folder that {@code file} or the service manager gives for state, or null. */
  public static @Nullable Path stateFolder(ConfigSource source, ConfigFile file) {
    return state(root(source, file, new Problems())).directory();
  }

  private static ConfigTree root(ConfigSource source, ConfigFile file, Problems problems) {
    Path path = file.path();
    Path parent = path == null ? null : path.getParent();
    Path folder = parent == null ? source.workingDirectory() : parent;
    String name = ConfigFile.name(path);
    Node node = YamlText.compose(file.text(), name, problems);
    EnvOverlay overlay = new EnvOverlay(source.environment());
    Reading reading =
        new Reading(name, folder, overlay, source.environment(), problems, source.reads());
    return new ConfigTree(reading, "", node);
  }

  private static @Nullable Path find(ConfigSource source, EnvOverlay overlay, Problems problems) {
    Path given = source.file();
    Place place = new Place(String.valueOf(given), 0, 0, "");
    Scalar variable = overlay.configPath();
    if (given == null && variable != null) {
      given = Path.of(variable.text());
      place = variable.place();
    }
    if (given != null) {
      Path file = source.workingDirectory().resolve(given);
      source.reads().accept(file);
      if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
        problems.add(place, "no readable file " + file, "a YAML file");
      }
      return file;
    }
    return USUAL_NAMES.stream()
        .map(source.workingDirectory()::resolve)
        .peek(source.reads())
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(null);
  }

  private static EngineConfig read(Reading reading, ConfigTree root) {
    ConfigTree serverTree = root.section("server");
    ServerSection serverSection = new ServerSection(serverTree);
    TrafficSection traffic = new TrafficSection(root, serverTree);
    Map<String, Boolean> auth = Map.of("none", Boolean.TRUE);
    ClientSection clients = new ClientSection(reading);
    GroupSection groups = new GroupSection(reading, new QuotaSection(root));
    List<GroupConfig> groupConfigs = groups.read(root);
    EngineConfig config =
        new EngineConfig(
            serverSection.server(),
            clients.read(root),
            new Typed(root).choice("auth", auth, Boolean.FALSE),
            groupConfigs,
            traffic.keys(DisabledKeys.read(root, groups.keyPlaces().keySet())),
            traffic.outbound(),
            traffic.breaker(),
            traffic.guard(serverSection),
            state(root),
            dialects(root),
            telemetry(root),
            serverSection.admin());
    WithoutEffect.takeOlder(root, serverTree);
    serverTree.done();
    root.done();
    CrossChecks.check(config, serverTree);
    CrossChecks.checkClientGroups(reading.problems(), clients.groupNames(), groups.names());
    return config;
  }

  private static StateConfig state(ConfigTree root) {
    Typed typed = new Typed(root);
    Problems problems = root.problems();
    Scalar url = new SecretSource(root.reading()).readOptional(root, "redis_url");
    Scalar prefix = typed.text("redis_key_prefix");
    Scalar directory = typed.text("state_dir");
    return new StateConfig(
        url == null ? null : Urls.redis(problems, url),
        prefix == null ? StateConfig.STANDARD.redisKeyPrefix() : prefix.text(),
        directory == null
            ? root.reading().overlay().stateDirectory()
            : SecretSource.resolve(root.reading().folder(), directory.text()));
  }

  private static DialectConfig dialects(ConfigTree root) {
    ConfigTree tree = root.section("generate");
    ConfigTree simple = root.section("simple");
    Typed typed = new Typed(tree);
    DialectConfig standard = DialectConfig.STANDARD;
    Scalar model = typed.text("model");
    Scalar password = new SecretSource(root.reading()).readOptional(tree, "password");
    DialectConfig dialects =
        new DialectConfig(
            model == null ? standard.generateModel() : ModelSetting.of(root.problems(), model),
            typed.count("chunk_token", 1, 1_000_000, standard.chunkTokens()),
            password == null ? null : Secret.of(password.text()),
            new Typed(simple).count("max_prompt_chars", 1, 1_000_000, standard.maxPromptChars()));
    tree.done();
    simple.done();
    return dialects;
  }

  private static TelemetryConfig telemetry(ConfigTree root) {
    Typed typed = new Typed(root);
    TelemetryConfig standard = TelemetryConfig.STANDARD;
    return new TelemetryConfig(
        typed.choice("log_level", logLevels(), standard.logLevel()),
        typed.choice("log_format", logFormats(), standard.logFormat()));
  }

  /** Names of the forms of the log. */
  static Map<String, LogFormat> logFormats() {
    return Map.of("json", LogFormat.JSON, "text", LogFormat.TEXT);
  }

  /** Names of the log levels as they are written in the file or variable. */
  static Map<String, String> logLevels() {
    Map<String, String> all = new LinkedHashMap<>();
    for (String level : List.of("error", "warn", "info", "debug", "trace")) {
      all.put(level, level.toUpperCase(Locale.ROOT));
      all.put(level.toUpperCase(Locale.ROOT), level.toUpperCase(Locale.ROOT));
    }
    all.put("warning", "WARN");
    all.put("WARNING", "WARN");
    return all;
  }
}
