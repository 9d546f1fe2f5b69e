package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigFile;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is told of the configuration that was loaded last.
 *
 * @param path its file; null for none
 * @param hasText whether there was anything in the file
 * @param inFile where the file gives keys, by fingerprint
 * @param everywhere the same of the file with the changes that were kept elsewhere
 * @param addedClients names of the clients that such changes have added
 * @param changes such changes, one a line for people
 */
record LastLoaded(
    @Nullable Path path,
    boolean hasText,
    Map<String, Place> inFile,
    Map<String, Place> everywhere,
    Set<String> addedClients,
    List<String> changes) {

  /** Nothing was loaded yet. */
  static final LastLoaded NONE =
      new LastLoaded(null, false, Map.of(), Map.of(), Set.of(), List.of());

  /** Of {@code file}, which {@code edits} have made into {@code text}. */
  static LastLoaded of(ConfigSource source, ConfigFile file, String text, List<ConfigEdit> edits) {
    Map<String, Place> inFile = ConfigLoader.keyPlaces(source, file);
    boolean same = text.equals(file.text());
    Map<String, Place> everywhere = same ? inFile : ConfigLoader.keyPlaces(source, file.with(text));
    Set<String> clients =
        edits.stream()
            .filter(ConfigEdit.AddClient.class::isInstance)
            .map(edit -> ((ConfigEdit.AddClient) edit).client().name())
            .collect(Collectors.toUnmodifiableSet());
    List<String> changes = edits.stream().map(EditText::of).toList();
    return new LastLoaded(
        file.path(), !file.text().isBlank(), inFile, everywhere, clients, changes);
  }

  /** Where the key with {@code fingerprint} is given. */
  KeySource sourceOf(String fingerprint) {
    Place place = everywhere.get(fingerprint);
    if (place != null && !place.path().startsWith("groups[")) {
      return KeySource.ENVIRONMENT;
    }
    return inFile.containsKey(fingerprint) ? KeySource.FILE : KeySource.STORE;
  }

  /**
   * Refuses a file that has nothing in it any more. It is half a save, most likely; and the
   * environment alone must not let in whom the file kept out.
   */
  void requireNotEmptied(ConfigFile file) throws ConfigException {
    Path its = file.path();
    if (its != null && hasText && file.text().isBlank()) {
      Place place = new Place(String.valueOf(its.getFileName()), 0, 0, "");
      String expected = "settings, as there were; a restart goes without them";
      throw new ConfigException(List.of(new Problem(place, "an empty file", expected, null)));
    }
  }
}
