package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that was killed while it saved something leaves a file, which may hold keys. */
class LeftBehindFilesTest {
  @TempDir Path folder;

  private Path unfinished(String name, Duration age) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "api_keys: [" + Rig.key(0));
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  @Test
  void theNextStartRemovesItAndWhatAnotherMayBeWritingStays() throws Exception {
    Duration hour = Duration.ofHours(1);
    List<Path> left =
        List.of(
            unfinished(".config.yaml.1.tmp", hour),
            unfinished(".config.yaml.8.before", hour),
            unfinished("state/.config.yaml.9.before", hour),
            unfinished("state/.config-changes.json.2.tmp", hour),
            unfinished("state/.state.json.3.tmp", hour),
            unfinished("state/.state.json.newer.4.tmp", hour));
    List<Path> fresh =
        List.of(
            unfinished(".config.yaml.5.tmp", Duration.ofMinutes(1)),
            unfinished(".config.yaml.10.before", Duration.ofMinutes(1)),
            unfinished("state/.config-changes.json.6.tmp", Duration.ZERO),
            unfinished(".other.yaml.7.tmp", hour));
    Map<String, String> environment = Map.of("STATE_DIRECTORY", folder.resolve("state").toString());
    try (AdminCalls calls = new AdminCalls(environment, folder, "", Rig.key(0))) {
      Rig.await(() -> left.stream().noneMatch(Files::exists), "what was left behind to be gone");
      calls.ask(200, "PATCH", "config", "{\"set\":{\"max_wait_secs\":7}}");
    }
    for (Path each : fresh) {
      assertTrue(Files.exists(each), each::toString);
    }
  }
}
