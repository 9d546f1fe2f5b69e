package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.file.FileSave;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The edits that could not be written into the configuration's file, in a file of the state folder.
 *
 * <p>It holds keys, and only its owner may read it. Blocking.
 *
 * @param folder for state; null where none is configured, and then nothing can be kept
 */
record Journal(@Nullable Path folder) {
  static final String NAME = "config-changes.json";

  /** The edits that are kept. A file that is no journal is put aside, with a warning. */
  List<ConfigEdit> read(Consumer<Problem> warnings) {
    if (folder == null || !Files.exists(folder.resolve(NAME))) {
      return List.of();
    }
    Path file = folder.resolve(NAME);
    try {
      return EditJson.read(Files.readAllBytes(file));
    } catch (IOException e) {
      warnings.accept(warning("", "a file that is no journal of changes: " + putAside(file)));
      return List.of();
    }
  }

  private static String putAside(Path file) {
    try {
      Path aside = file.resolveSibling(NAME + ".broken");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      return "it is called " + aside.getFileName() + " now";
    } catch (IOException e) {
      return "it is left out";
    }
  }

  /** Keeps {@code edits} in the place of those before. */
  void write(List<ConfigEdit> edits) throws IOException {
    if (folder == null) {
      throw new IOException("no state_dir");
    }
    if (edits.isEmpty()) {
      Files.deleteIfExists(folder.resolve(NAME));
    } else {
      Files.createDirectories(folder);
      FileSave.create(folder.resolve(NAME), EditJson.write(edits));
    }
  }

  /** As {@link FileSave#removeUnfinished}. */
  void removeUnfinished(Instant before) throws IOException {
    if (folder != null && Files.exists(folder)) {
      FileSave.removeUnfinished(folder.resolve(NAME), before);
    }
  }

  /** Whether it looks as if edits could be kept. */
  boolean isUsable() {
    Path there = folder == null ? null : folder.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there != null && Files.isDirectory(there) && Files.isWritable(there);
  }

  /** A change that held only until the configuration was read anew. */
  static Problem forgotten(String what) {
    String expected = "it to be in the file: it was kept nowhere, and is not in force any more";
    return new Problem(new Place("memory", 0, 0, ""), what, expected, null);
  }

  static Problem warning(String what, String found) {
    return new Problem(new Place(NAME, 0, 0, what), found, "nothing to do with it", null);
  }
}
