package io.geminirelay.bench.quota;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.bench.quota.Fleet.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Writes a fleet down as an operator would, a group for each project, and has it loaded. */
final class FleetConfig {
  private final Fleet fleet;
  private final Knowledge knowledge;
  private final RandomGenerator random;

  private FleetConfig(Fleet fleet, Knowledge knowledge, RandomGenerator random) {
    this.fleet = fleet;
    this.knowledge = knowledge;
    this.random = random;
  }

  /** The number of the project of each key, in the order of the configuration. */
  static int[] projectOfKey(Fleet fleet) {
    return IntStream.range(0, fleet.projects().size())
        .flatMap(i -> IntStream.generate(() -> i).limit(fleet.projects().get(i).keys()))
        .toArray();
  }

  static EngineConfig load(
      Fleet fleet,
      Knowledge knowledge,
      RateLimitBehavior behavior,
      long maxWaitSeconds,
      RandomGenerator random) {
    StringBuilder out = new StringBuilder();
    out.append("rate_limit_behavior: ").append(behavior.name().toLowerCase(Locale.ROOT));
    out.append("\nmax_wait_secs: ").append(maxWaitSeconds).append("\ngroups:\n");
    FleetConfig writer = new FleetConfig(fleet, knowledge, random);
    fleet.projects().forEach(project -> writer.add(out, project));
    try {
      Path file = Files.createTempFile("fleet", ".yaml");
      try {
        Files.writeString(file, out);
        return ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ConfigException e) {
      throw new IllegalStateException(e);
    }
  }

  private void add(StringBuilder out, Project project) {
    out.append("  - name: ").append(project.name()).append("\n    api_keys:\n");
    for (int i = 0; i < project.keys(); i++) {
      out.append("      - {key: simulated-key-").append(project.name()).append('-').append(i);
      if (knowledge != Knowledge.NOTHING) {
        out.append(", project: ").append(project.name());
      }
      out.append("}\n");
    }
    if (knowledge == Knowledge.KNOWN || knowledge == Knowledge.WRONG) {
      out.append("    limits:\n");
      for (int model = 0; model < fleet.models().size(); model++) {
        add(out, fleet.models().get(model), told(project.quotas().get(model)));
      }
    }
  }

  private Quota told(Quota quota) {
    return knowledge == Knowledge.WRONG ? quota.wrongBy(Knowledge.ERROR, random) : quota;
  }

  private static void add(StringBuilder out, String model, Quota quota) {
    out.append(
        "      %s: {rpm: %d, tpm: %d, rpd: %d}%n"
            .formatted(model, quota.rpm(), quota.tpm(), quota.rpd()));
  }
}
