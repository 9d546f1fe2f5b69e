package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.edit.ConfigEdit.NewKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Adds an edit to others so that what undoes another takes it away: a key that is removed leaves no
 * text behind, and a switch that goes on and off for a year is one edit.
 */
final class Compaction {
  private final List<ConfigEdit> edits;

  private Compaction(List<ConfigEdit> edits) {
    this.edits = new ArrayList<>(edits);
  }

  /**
   * {@code edits} with {@code next}; the result has to be checked, as edits may depend on others.
   */
  static List<ConfigEdit> join(List<ConfigEdit> edits, ConfigEdit next) {
    Compaction all = new Compaction(edits);
    all.add(next);
    return List.copyOf(all.edits);
  }

  private void add(ConfigEdit next) {
    if (next instanceof ConfigEdit.AddKeys add) {
      addKeys(add);
    } else if (next instanceof ConfigEdit.RemoveKey remove) {
      Set<String> left = new HashSet<>(remove.fingerprints());
      forget(left);
      left.removeAll(takeAdded(left));
      List<String> all = merged(ConfigEdit.RemoveKey.class, in(remove.fingerprints(), left));
      addUnlessEmpty(all, new ConfigEdit.RemoveKey(all));
    } else if (next instanceof ConfigEdit.DisableKey disable) {
      forget(disable.fingerprints());
      List<String> all = merged(ConfigEdit.DisableKey.class, disable.fingerprints());
      addUnlessEmpty(all, new ConfigEdit.DisableKey(all));
    } else if (next instanceof ConfigEdit.EnableKey enable) {
      forget(enable.fingerprints());
      List<String> all = merged(ConfigEdit.EnableKey.class, enable.fingerprints());
      addUnlessEmpty(all, new ConfigEdit.EnableKey(all));
    } else if (next instanceof ConfigEdit.RemoveClient remove) {
      if (!edits.removeIf(edit -> adds(edit, remove.name()))) {
        edits.add(next);
      }
    } else {
      edits.removeIf(edit -> !path(edit).isEmpty() && path(edit).equals(path(next)));
      edits.add(next);
    }
  }

  private void addKeys(ConfigEdit.AddKeys next) {
    for (int i = 0; i < edits.size(); i++) {
      if (edits.get(i) instanceof ConfigEdit.AddKeys add && add.group().equals(next.group())) {
        List<NewKey> keys = new ArrayList<>(add.keys());
        keys.addAll(next.keys());
        edits.set(i, new ConfigEdit.AddKeys(add.group(), keys));
        return;
      }
    }
    edits.add(next);
  }

  private void addUnlessEmpty(List<String> fingerprints, ConfigEdit edit) {
    if (!fingerprints.isEmpty()) {
      edits.add(edit);
    }
  }

  /** Takes the edits of {@code kind} out, and gives their fingerprints and {@code more}. */
  private List<String> merged(Class<? extends ConfigEdit> kind, List<String> more) {
    List<String> all = new ArrayList<>();
    edits.stream().filter(kind::isInstance).forEach(edit -> all.addAll(fingerprints(edit)));
    edits.removeIf(kind::isInstance);
    all.addAll(more);
    return all.stream().distinct().toList();
  }

  /** Whatever was switched on or off before means nothing any more. */
  private void forget(Collection<String> fingerprints) {
    edits.replaceAll(
        edit -> {
          List<String> left =
              fingerprints(edit).stream().filter(known -> !fingerprints.contains(known)).toList();
          if (edit instanceof ConfigEdit.DisableKey) {
            return new ConfigEdit.DisableKey(left);
          }
          return edit instanceof ConfigEdit.EnableKey ? new ConfigEdit.EnableKey(left) : edit;
        });
    edits.removeIf(
        edit ->
            (edit instanceof ConfigEdit.DisableKey || edit instanceof ConfigEdit.EnableKey)
                && fingerprints(edit).isEmpty());
  }

  /** Takes keys out of the edits that add them, and gives the fingerprints of those. */
  private Set<String> takeAdded(Set<String> fingerprints) {
    Set<String> taken = new HashSet<>();
    edits.replaceAll(
        edit -> {
          if (!(edit instanceof ConfigEdit.AddKeys add)) {
            return edit;
          }
          List<NewKey> left = new ArrayList<>();
          for (NewKey key : add.keys()) {
            boolean goes = fingerprints.contains(key.key().fingerprint());
            if (goes) {
              taken.add(key.key().fingerprint());
            } else {
              left.add(key);
            }
          }
          return new ConfigEdit.AddKeys(add.group(), left);
        });
    edits.removeIf(edit -> edit instanceof ConfigEdit.AddKeys add && add.keys().isEmpty());
    return taken;
  }

  private static List<String> in(List<String> all, Set<String> wanted) {
    return all.stream().filter(wanted::contains).toList();
  }

  private static List<String> fingerprints(ConfigEdit edit) {
    if (edit instanceof ConfigEdit.RemoveKey remove) {
      return remove.fingerprints();
    } else if (edit instanceof ConfigEdit.DisableKey disable) {
      return disable.fingerprints();
    }
    return edit instanceof ConfigEdit.EnableKey enable ? enable.fingerprints() : List.of();
  }

  private static boolean adds(ConfigEdit edit, String client) {
    return edit instanceof ConfigEdit.AddClient add && add.client().name().equals(client);
  }

  private static String path(ConfigEdit edit) {
    if (edit instanceof ConfigEdit.Set set) {
      return set.path();
    }
    return edit instanceof ConfigEdit.Unset unset ? unset.path() : "";
  }
}
