package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigFile;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.ConfigText;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.FileStamp;
import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.config.edit.EditException.Kind;
import io.geminirelay.base.file.FileSave;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a running program: read, changed, and kept where that is possible.
 *
 * <p>A change goes into the file, where everything else stays as the operator wrote it. If the file
 * cannot be written, it goes into a journal in the state folder, which every {@link #load} applies
 * to the file; without such a folder it holds until the next load. Once the file can be written,
 * the next change takes what the journal has along.
 *
 * <p>Blocking: not for event loops. Thread safe; changes and loads come one after the other.
 */
public final class ConfigStore {
  private static final int TRIES = 3;

  /** Stays with the file that it had once: that this is gone must never open the gateway. */
  private volatile ConfigSource source;

  /**
   * The changes of the journal with those that are kept nowhere; null while there are none of
   * these. Guarded by this.
   */
  private @Nullable List<ConfigEdit> unsaved;

  /** Stamps of what is being read, from before it was. Guarded by this. */
  private final Map<Path, FileStamp> reading = new LinkedHashMap<>();

  /** The file that was opened last; null if it could not be read. Guarded by this. */
  private @Nullable ConfigFile opened;

  private volatile ReadFiles lastRead = ReadFiles.NONE;
  private volatile LastLoaded last = LastLoaded.NONE;

  /** The configuration of {@code source}, which is not read yet. */
  public ConfigStore(ConfigSource source) {
    this.source = source.telling(file -> reading.computeIfAbsent(file, FileStamp::orAbsent));
  }

  /**
   * Finds out whether a configuration works, be it by putting it in force.
   *
   * @param <X> what says that it would not
   */
  @FunctionalInterface
  public interface Trial<X extends Exception> {
    /** Returns if it does. */
    void of(EngineConfig config) throws X;
  }

  /** What is on disk now: the file, the journal, and both together. */
  private record Disk(ConfigFile file, Journal journal, Replay.Result now) {}

  /**
   * Reads the file, the environment and the changes that were kept; forgets those that were not,
   * with a warning for each.
   *
   * @throws ConfigException with every mistake there is; then nothing is forgotten
   */
  public Loaded load() throws ConfigException {
    return loadTried(config -> {});
  }

  /**
   * As {@link #load}, if {@code trial} finds nothing against what was read; else nothing is
   * forgotten.
   *
   * @param trial what it throws is thrown
   * @throws ConfigException with every mistake there is; then nothing is forgotten
   * @param <X> what {@code trial} throws when there is something against it
   */
  public synchronized <X extends Exception> Loaded loadTried(Trial<X> trial)
      throws ConfigException, X {
    List<Problem> warnings = new ArrayList<>();
    Disk disk = readTried(trial, warnings);
    List<ConfigEdit> forgotten = new ArrayList<>(unsaved == null ? List.of() : unsaved);
    forgotten.removeAll(disk.now().edits());
    forgotten.forEach(edit -> warnings.add(Journal.forgotten(EditText.of(edit))));
    unsaved = null;
    look(disk.file(), disk.now().text(), disk.now().edits());
    return with(disk.now().loaded(), warnings);
  }

  /** What did not work is noted as well: it is not tried again unless it changes. */
  private <X extends Exception> Disk readTried(Trial<X> trial, List<Problem> warnings)
      throws ConfigException, X {
    try {
      Disk disk = read(null, warnings);
      trial.of(disk.now().loaded().config());
      return disk;
    } finally {
      lastRead = new ReadFiles(reading, opened);
    }
  }

  /**
   * Makes a change and keeps it. The configuration that comes out is not in force yet.
   *
   * @throws EditException if the change cannot be made
   * @throws ConfigException if the configuration would not be valid with it, or is not now
   */
  public Changed change(ConfigEdit edit) throws EditException, ConfigException {
    return change(List.of(edit));
  }

  /**
   * Makes several changes, one after the other, and keeps them: all of them, or none.
   *
   * @throws EditException if one of them cannot be made
   * @throws ConfigException if the configuration would not be valid with them, or is not now
   */
  public Changed change(List<ConfigEdit> changes) throws EditException, ConfigException {
    return changeTried(changes, config -> {});
  }

  /**
   * Makes several changes, if {@code trial} finds nothing against what comes out: all of them, or
   * none.
   *
   * @param trial asked before anything is kept, anew where the file was changed meanwhile; what it
   *     throws is thrown
   * @throws EditException if one of them cannot be made
   * @throws ConfigException if the configuration would not be valid with them, or is not now
   * @param <X> what {@code trial} throws when there is something against it
   */
  public synchronized <X extends Exception> Changed changeTried(
      List<ConfigEdit> changes, Trial<X> trial) throws EditException, ConfigException, X {
    for (int tries = TRIES; tries > 0; tries--) {
      Changed changed = changeOnce(changes, trial);
      if (changed != null) {
        return changed;
      }
    }
    throw new EditException(Kind.REFUSED, "the file is being changed by somebody else; try again");
  }

  /** Makes changes; null if the file was changed meanwhile by somebody else. */
  private <X extends Exception> @Nullable Changed changeOnce(
      List<ConfigEdit> changes, Trial<X> trial) throws EditException, ConfigException, X {
    List<Problem> warnings = new ArrayList<>();
    Disk disk = read(unsaved, warnings);
    Replay.Result before = disk.now();
    Saved target = target(disk.file(), disk.journal());
    String text = before.text();
    for (ConfigEdit edit : changes) {
      requireFits(edit, target);
      text = Replay.editor(source, disk.file()).apply(text, edit);
    }
    Loaded loaded = loadEdited(disk.file().with(text));
    trial.of(loaded.config());
    List<ConfigEdit> edits = before.edits();
    if (!text.equals(before.text())) {
      edits = joined(disk.file(), edits, changes, loaded);
      try {
        target = keep(disk, text, edits, warnings);
      } catch (FileSave.ChangedMeanwhileException e) {
        return null;
      }
      edits = target == Saved.FILE ? List.of() : edits;
    }
    changes.forEach(edit -> warnOfVariable(edit, warnings));
    // the journal's edits are in the file now, if it was that one which was written
    ConfigFile file = target == Saved.FILE ? disk.file().with(text) : disk.file();
    lastRead = new ReadFiles(reading, file);
    look(file, text, edits);
    List<Problem> all = new ArrayList<>(loaded.warnings());
    all.removeIf(warning -> isIn(before.loaded().warnings(), warning));
    all.addAll(warnings);
    return new Changed(with(loaded, warnings), target, List.copyOf(all));
  }

  /** The text is nowhere that the operator could look at, if it is not valid. */
  private Loaded loadEdited(ConfigFile file) throws ConfigException {
    try {
      return ConfigLoader.load(source, file);
    } catch (ConfigException e) {
      throw e.withoutLines();
    }
  }

  /** Where the next change would be kept, as far as can be told; by what is on disk now. */
  public synchronized Saved savesTo() {
    try {
      ConfigFile file = ConfigLoader.open(source);
      return target(file, new Journal(ConfigLoader.stateFolder(source, file)));
    } catch (ConfigException e) {
      return Saved.MEMORY; // a file with mistakes takes no change at all
    }
  }

  /**
   * Removes what a process that was killed had begun to write in the place of the file, or of the
   * journal: it may hold keys.
   *
   * @param before what was written since stays, as another process may be at it
   */
  public synchronized void removeUnfinished(Instant before) throws ConfigException, IOException {
    ConfigFile file = ConfigLoader.open(source);
    Path path = file.path();
    if (path != null) {
      FileSave.removeUnfinished(path.toRealPath(), before);
    }
    new Journal(ConfigLoader.stateFolder(source, file)).removeUnfinished(before);
    LeftCopies.remove(source, file, before);
  }

  /** What was read last, be it wrong; or written. */
  ReadFiles lastRead() {
    return lastRead;
  }

  /** The file as it is now, unread; null if it cannot be read. */
  synchronized @Nullable ConfigFile present() {
    try {
      return ConfigLoader.open(source);
    } catch (ConfigException e) {
      return null;
    }
  }

  /** The file that was loaded last; null for none. */
  public @Nullable Path file() {
    return last.path();
  }

  /** The changes that are in force and not in the file, one a line for people; without secrets. */
  public List<String> changes() {
    return last.changes();
  }

  /** Where the key with {@code fingerprint} is given, by what was loaded last. */
  public KeySource sourceOf(String fingerprint) {
    return last.sourceOf(fingerprint);
  }

  /** Where the client called {@code name} is given, by what was loaded last. */
  public KeySource sourceOfClient(String name) {
    if (source.clients().contains(name)) {
      return KeySource.ENVIRONMENT;
    }
    return last.addedClients().contains(name) ? KeySource.STORE : KeySource.FILE;
  }

  private Disk read(@Nullable List<ConfigEdit> instead, List<Problem> warnings)
      throws ConfigException {
    reading.clear();
    opened = null;
    try {
      return readNow(instead, warnings);
    } catch (ConfigException e) {
      throw opened == null ? e : LeftCopies.named(source, opened, e);
    }
  }

  private Disk readNow(@Nullable List<ConfigEdit> instead, List<Problem> warnings)
      throws ConfigException {
    ConfigFile file = ConfigLoader.open(source);
    opened = file;
    last.requireNotEmptied(file);
    Journal journal = new Journal(ConfigLoader.stateFolder(source, file));
    List<ConfigEdit> edits = instead == null ? journal.read(warnings::add) : instead;
    Replay.Result now = Replay.of(source, file, edits);
    warnings.addAll(now.warnings());
    return new Disk(file, journal, now);
  }

  private static Saved target(ConfigFile file, Journal journal) {
    Path path = file.path();
    if (path != null && FileSave.isWritable(path)) {
      return Saved.FILE;
    }
    return journal.isUsable() ? Saved.STORE : Saved.MEMORY;
  }

  /** A journal cannot say where it is itself. */
  private static void requireFits(ConfigEdit edit, Saved target) throws EditException {
    String path =
        edit instanceof ConfigEdit.Set set
            ? set.path()
            : edit instanceof ConfigEdit.Unset unset ? unset.path() : "";
    if (path.equals("state_dir") && target != Saved.FILE) {
      String message = "state_dir can only be set in the file, which cannot be written";
      throw new EditException(Kind.REFUSED, message);
    }
  }

  /** The edits with more of them, in the short form if that gives the same configuration. */
  private List<ConfigEdit> joined(
      ConfigFile file, List<ConfigEdit> edits, List<ConfigEdit> next, Loaded loaded) {
    List<ConfigEdit> all = Stream.concat(edits.stream(), next.stream()).toList();
    List<ConfigEdit> few = edits;
    for (ConfigEdit edit : next) {
      few = Compaction.join(few, edit);
    }
    try {
      Replay.Result result = Replay.of(source, file, few);
      boolean same =
          result.warnings().isEmpty()
              && ConfigText.of(result.loaded().config()).equals(ConfigText.of(loaded.config()));
      return same ? result.edits() : all;
    } catch (ConfigException e) {
      return all;
    }
  }

  private Saved keep(Disk disk, String text, List<ConfigEdit> edits, List<Problem> warnings)
      throws FileSave.ChangedMeanwhileException {
    Path path = disk.file().path();
    if (path != null && FileSave.isWritable(path) && keepInFile(path, disk, text, warnings)) {
      unsaved = null;
      return Saved.FILE;
    }
    if (disk.journal().folder() != null) {
      try {
        disk.journal().write(edits);
        unsaved = null;
        return Saved.STORE;
      } catch (IOException e) {
        String found = "no file that can be written in " + disk.journal().folder();
        warnings.add(Journal.warning("", found));
      }
    }
    unsaved = edits;
    return Saved.MEMORY;
  }

  private static boolean keepInFile(Path path, Disk disk, String text, List<Problem> warnings)
      throws FileSave.ChangedMeanwhileException {
    try {
      FileSave.replace(path, disk.journal().folder(), bytes(disk.file().text()), bytes(text));
    } catch (FileSave.ChangedMeanwhileException e) {
      throw e;
    } catch (IOException e) {
      warnings.add(Journal.warning("", "a file that could not be written: " + e.getMessage()));
      return false;
    }
    try {
      if (disk.journal().folder() != null) {
        disk.journal().write(List.of());
      }
    } catch (IOException e) {
      warnings.add(Journal.warning("", "a file that could not be removed"));
    }
    return true;
  }

  private void warnOfVariable(ConfigEdit edit, List<Problem> warnings) {
    String variable = edit instanceof ConfigEdit.Set set ? source.variableOver(set.path()) : null;
    if (variable != null) {
      Place place = new Place("environment", 0, 0, variable);
      String found = "a variable that comes before the file, so that the change has no effect";
      warnings.add(new Problem(place, found, "no such variable", null));
    }
  }

  private void look(ConfigFile file, String text, List<ConfigEdit> edits) {
    last = LastLoaded.of(source, file, text, edits);
    source = file.path() == null ? source : source.staying(file.path());
  }

  /** Whether {@code warning} was there before, be it in another line. */
  private static boolean isIn(List<Problem> before, Problem warning) {
    return before.stream()
        .anyMatch(
            old ->
                old.found().equals(warning.found()) && old.expected().equals(warning.expected()));
  }

  private static Loaded with(Loaded loaded, List<Problem> more) {
    List<Problem> all = new ArrayList<>(loaded.warnings());
    all.addAll(more);
    return new Loaded(loaded.config(), List.copyOf(all), loaded.file());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
