package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.edit.Step.Append;
import io.geminirelay.base.config.edit.Step.Put;
import io.geminirelay.base.config.edit.Step.Remove;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Gives a setting another value; of a list, what stays is not touched, nor the comments on it. */
final class ListSteps {
  private ListSteps() {}

  /**
   * The steps that put {@code value} in the place of {@code old}.
   *
   * @param path of the mapping that has {@code name}
   * @param old null for none
   */
  static List<Step> of(List<Object> path, String name, @Nullable Object old, Object value) {
    if (old instanceof List<?> before
        && value instanceof List<?> after
        && before.stream().allMatch(Leaf.class::isInstance)) {
      NavigableSet<Integer> gone = new TreeSet<>();
      int kept = 0;
      for (int i = 0; i < before.size(); i++) {
        if (kept < after.size() && before.get(i).equals(after.get(kept))) {
          kept++;
        } else {
          gone.add(i);
        }
      }
      if (kept > 0) {
        return changes(path, name, gone, after.subList(kept, after.size()));
      }
    }
    return List.of(new Put(path, name, value, false));
  }

  private static List<Step> changes(
      List<Object> path, String name, NavigableSet<Integer> gone, List<?> added) {
    List<Object> list = new ArrayList<>(path);
    list.add(name);
    List<Step> steps = new ArrayList<>();
    if (!gone.isEmpty()) {
      steps.add(new Remove(list, gone));
    }
    if (!added.isEmpty()) {
      steps.add(new Append(list, List.copyOf(added)));
    }
    return steps;
  }
}
