package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.Shown;
import java.util.List;
import java.util.stream.Collectors;

/** Says in a line what an edit does; shows no secret. */
public final class EditText {
  private static final int MAX_NAMED = 10;

  private EditText() {}

  /** The same in short: settings without their values, of many keys the first ones. */
  public static String brief(ConfigEdit edit) {
    if (edit instanceof ConfigEdit.Set set) {
      return "set " + Shown.plain(set.path());
    } else if (edit instanceof ConfigEdit.AddKeys add && add.keys().size() > MAX_NAMED) {
      int others = add.keys().size() - MAX_NAMED;
      ConfigEdit first = new ConfigEdit.AddKeys(add.group(), add.keys().subList(0, MAX_NAMED));
      return of(first) + ", and " + others + " more";
    }
    return of(edit);
  }

  /** All of it. */
  static String of(ConfigEdit edit) {
    if (edit instanceof ConfigEdit.AddKeys add) {
      List<String> added = add.keys().stream().map(key -> key.key().fingerprint()).toList();
      return "add " + keys(added) + " to the group " + Shown.plain(add.group());
    } else if (edit instanceof ConfigEdit.RemoveKey remove) {
      return "remove " + keys(remove.fingerprints());
    } else if (edit instanceof ConfigEdit.DisableKey disable) {
      return "disable " + keys(disable.fingerprints());
    } else if (edit instanceof ConfigEdit.EnableKey enable) {
      return "enable " + keys(enable.fingerprints());
    } else if (edit instanceof ConfigEdit.AddClient add) {
      return "add the client " + Shown.plain(add.client().name());
    } else if (edit instanceof ConfigEdit.RemoveClient remove) {
      return "remove the client " + Shown.plain(remove.name());
    } else if (edit instanceof ConfigEdit.Set set) {
      return "set " + Shown.plain(set.path()) + " to " + Shown.plain(set.value().toString());
    }
    return "unset " + Shown.plain(((ConfigEdit.Unset) edit).path());
  }

  private static String keys(List<String> fingerprints) {
    String names =
        fingerprints.stream()
            .map(fingerprint -> "#" + fingerprint)
            .collect(Collectors.joining(", "));
    return (fingerprints.size() == 1 ? "the key " : "the keys ") + names;
  }
}
