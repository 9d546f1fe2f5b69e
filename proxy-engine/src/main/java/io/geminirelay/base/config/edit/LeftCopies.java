package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigFile;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.file.FileSave;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of the configuration's file that a process left behind which was killed while it wrote
 * into it. Blocking.
 */
final class LeftCopies {
  private static final Logger LOG = LoggerFactory.getLogger(LeftCopies.class);

  private LeftCopies() {}

  private static List<Path> of(ConfigSource source, ConfigFile file, Instant before)
      throws IOException {
    Path path = file.path();
    return path == null
        ? List.of()
        : FileSave.copies(path.toRealPath(), ConfigLoader.stateFolder(source, file), before);
  }

  /** What is wrong with {@code file}, with the copies that may be whole. */
  static ConfigException named(ConfigSource source, ConfigFile file, ConfigException wrong) {
    try {
      List<Problem> all = new ArrayList<>(wrong.problems());
      for (Path copy : of(source, file, Instant.MAX)) {
        String found = "a change that was cut off, with what the file held before in " + copy;
        String expected = "a whole file; the copy can take its place";
        Place place = new Place(String.valueOf(file.path()), 0, 0, "");
        all.add(new Problem(place, found, expected, null));
      }
      return all.size() == wrong.problems().size() ? wrong : new ConfigException(all);
    } catch (IOException e) {
      return wrong;
    }
  }

  /**
   * Removes the copies that {@code file} does not need.
   *
   * @param before what was written since stays, as another process may be at it
   * @throws ConfigException if the file is not valid; then they stay
   */
  static void remove(ConfigSource source, ConfigFile file, Instant before)
      throws ConfigException, IOException {
    List<Path> copies = of(source, file, before);
    if (!copies.isEmpty()) {
      var unused = ConfigLoader.load(source, file);
    }
    for (Path copy : copies) {
      if (Files.deleteIfExists(copy)) {
        LOG.info("removed {}, which a change that was cut off had left; the file is valid", copy);
      }
    }
  }
}
