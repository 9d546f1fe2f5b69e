package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.Shown;
import java.util.List;
import java.util.stream.Collectors;

/** Says in a line what an edit does; shows no secret. */
final class EditText {
  private EditText() {}

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
