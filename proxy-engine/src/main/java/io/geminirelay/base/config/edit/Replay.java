package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigFile;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.config.edit.ConfigEdit.NewKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes edits that were kept in the text of the file as it is now.
 *
 * <p>The operator may have changed the file meanwhile, so that an edit does not fit any more: it is
 * left out, with a warning. So is one that the loader finds more wrong with than without it.
 */
final class Replay {
  private final ConfigSource source;
  private final ConfigFile file;
  private final YamlEditor editor;
  private final List<ConfigEdit> kept = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();
  private String text;

  private Replay(ConfigSource source, ConfigFile file) {
    this.source = source;
    this.file = file;
    this.text = file.text();
    this.editor = editor(source, file);
  }

  /**
   * What came out.
   *
   * @param loaded the configuration, with no warnings but the loader's
   * @param text that gives it
   * @param edits those that fitted
   * @param warnings of those that did not
   */
  record Result(Loaded loaded, String text, List<ConfigEdit> edits, List<Problem> warnings) {}

  /** The editor of {@code file}. */
  static YamlEditor editor(ConfigSource source, ConfigFile file) {
    return new YamlEditor(text -> ConfigLoader.keyPlaces(source, file.with(text)));
  }

  /**
   * Makes {@code edits} in {@code file}.
   *
   * @throws ConfigException if the file has mistakes of its own
   */
  static Result of(ConfigSource source, ConfigFile file, List<ConfigEdit> edits)
      throws ConfigException {
    Replay all = new Replay(source, file);
    edits.forEach(all::make);
    try {
      return all.result();
    } catch (ConfigException e) {
      Replay single = new Replay(source, file);
      edits.forEach(single::makeUnlessWrong);
      return single.result();
    }
  }

  private Result result() throws ConfigException {
    Loaded loaded = ConfigLoader.load(source, file.with(text));
    return new Result(loaded, text, List.copyOf(kept), List.copyOf(warnings));
  }

  private void make(ConfigEdit edit) {
    try {
      ConfigEdit fitting = edit instanceof ConfigEdit.AddKeys add ? withoutKnown(add) : edit;
      text = editor.apply(text, fitting);
      kept.add(fitting);
    } catch (EditException e) {
      leaveOut(edit, String.valueOf(e.getMessage()));
    }
  }

  private void makeUnlessWrong(ConfigEdit edit) {
    String before = text;
    int wrong = problems();
    make(edit);
    if (problems() > wrong) {
      text = before;
      kept.remove(kept.size() - 1);
      leaveOut(edit, "the configuration would not be valid with it");
    }
  }

  private void leaveOut(ConfigEdit edit, String reason) {
    String found = "a change that does not fit any more and is left out: " + reason;
    warnings.add(Journal.warning(EditText.of(edit), found));
  }

  /** Keys may have been written into the file by hand. */
  private ConfigEdit withoutKnown(ConfigEdit.AddKeys add) {
    Map<String, Place> known = ConfigLoader.keyPlaces(source, file.with(text));
    List<NewKey> others =
        add.keys().stream().filter(key -> !known.containsKey(key.key().fingerprint())).toList();
    if (others.isEmpty() || others.size() == add.keys().size()) {
      return add;
    }
    String found = "keys that the file has by now, which are left out";
    warnings.add(Journal.warning(EditText.of(add), found));
    return new ConfigEdit.AddKeys(add.group(), others);
  }

  private int problems() {
    try {
      ConfigLoader.load(source, file.with(text));
      return 0;
    } catch (ConfigException e) {
      return e.problems().size();
    }
  }
}
