package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ConfigFile;
import io.geminirelay.base.config.FileStamp;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration was read from the last time that it was tried to, to tell whether that is
 * something else by now. Immutable.
 *
 * @param stamps of the file and of those that it names, from before they were read
 * @param file with its text, which holds secrets; null if it could not be read
 */
record ReadFiles(Map<Path, FileStamp> stamps, @Nullable ConfigFile file) {
  static final ReadFiles NONE = new ReadFiles(Map.of(), null);

  ReadFiles {
    stamps = Map.copyOf(stamps);
  }

  /** The stamps that the same files have now. Blocking. */
  Map<Path, FileStamp> now() {
    Map<Path, FileStamp> now = new LinkedHashMap<>();
    stamps.keySet().forEach(path -> now.put(path, FileStamp.orAbsent(path)));
    return now;
  }

  /**
   * Whether they were written to some effect.
   *
   * @param now their stamps
   * @param present the file as it is now; null if it cannot be read
   */
  boolean differ(Map<Path, FileStamp> now, @Nullable ConfigFile present) {
    if (file == null || !file.equals(present)) {
      return true;
    }
    // The text is the same: the gateway has written it itself, or somebody has read it anew since.
    Path own = file.path();
    return now.entrySet().stream()
        .anyMatch(
            entry ->
                !entry.getKey().equals(own)
                    && !Objects.equals(entry.getValue(), stamps.get(entry.getKey())));
  }
}
