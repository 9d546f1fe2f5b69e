package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.Shown;
import io.geminirelay.base.config.edit.EditException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads dotted paths of settings, and knows which settings are not to be set by them. */
final class SettingPath {
  private static final Pattern SECRET =
      Pattern.compile(
          "(admin_token|metrics_token|token|key|api_keys|password|redis_url|proxy_urls?)"
              + "(_env|_file|_sha256)?");

  /** Who could set these could have every key of a group sent to a server of his own. */
  private static final Set<String> WAYS_OF_KEYS = Set.of("target_url", "ca_file");

  private static final Set<String> BY_OTHER_EDITS = Set.of("groups", "clients", "disabled_keys");

  private static final Pattern NUMBERED = Pattern.compile("(groups|clients)\\[\\d+]");

  private SettingPath() {}

  /**
   * The names of {@code path}, with numbers for items of lists.
   *
   * @param root data of the file: names in it may have dots
   */
  static List<Object> of(Map<?, ?> root, String path) throws EditException {
    List<Object> names = new ArrayList<>();
    Object inside = root;
    String rest = path;
    while (!rest.isEmpty()) {
      String name = first(inside, rest);
      Matcher numbered = NUMBERED.matcher(name);
      if (inside == root && numbered.matches()) {
        String list = numbered.group(1);
        throw new EditException(
            Kind.UNKNOWN,
            "an item of "
                + list
                + " goes by its name: "
                + list
                + ".NAME in the place of its number");
      }
      boolean quoted = rest.startsWith("\"");
      rest = rest.substring(Math.min(rest.length(), name.length() + (quoted ? 3 : 1)));
      Object step = name;
      if (inside instanceof List<?> list) {
        int index = EditSteps.named(list, name);
        if (index < 0) {
          throw new EditException(Kind.UNKNOWN, "the file has no item " + Shown.plain(name));
        }
        step = index;
        inside = list.get(index);
      } else {
        inside = inside instanceof Map<?, ?> map ? map.get(name) : null;
      }
      names.add(step);
    }
    if (names.isEmpty()) {
      throw new EditException(Kind.UNKNOWN, "no setting is named");
    }
    return names;
  }

  /** The first name of {@code rest}: quoted, else the longest that is there, else up to a dot. */
  private static String first(@Nullable Object inside, String rest) {
    int quote = rest.startsWith("\"") ? rest.indexOf('"', 1) : -1;
    if (quote > 0) {
      return rest.substring(1, quote);
    }
    String longest = "";
    for (String name : names(inside)) {
      if ((rest + ".").startsWith(name + ".") && name.length() > longest.length()) {
        longest = name;
      }
    }
    int dot = rest.indexOf('.');
    String upToDot = dot < 0 ? rest : rest.substring(0, dot);
    return longest.isEmpty() ? upToDot : longest;
  }

  private static List<String> names(@Nullable Object inside) {
    if (inside instanceof Map<?, ?> map) {
      return map.keySet().stream().map(String::valueOf).toList();
    }
    List<String> names = new ArrayList<>();
    if (inside instanceof List<?> list) {
      for (Object item : list) {
        if (item instanceof Map<?, ?> map && map.get("name") instanceof Leaf leaf) {
          names.add(leaf.text());
        }
      }
    }
    return names;
  }

  /**
   * Refuses secrets, where keys are sent and whom they are shown to, and lists that have edits of
   * their own.
   *
   * @param old what the file has there, or null
   * @param value what comes in its place, or null
   */
  static void requireSettable(List<Object> path, @Nullable Object old, @Nullable Object value)
      throws EditException {
    for (Object name : path) {
      requireHarmless(String.valueOf(name));
    }
    if (path.size() == 1 && BY_OTHER_EDITS.contains(String.valueOf(path.get(0)))) {
      throw new EditException(Kind.REFUSED, path.get(0) + " cannot be set as a whole");
    }
    if (old instanceof Map<?, ?> && value instanceof Leaf) {
      String section = String.valueOf(path.get(path.size() - 1));
      throw new EditException(
          Kind.REFUSED,
          Shown.plain(section) + " has settings of its own: set one of them, by its whole path");
    }
    requireHarmlessIn(old);
    requireHarmlessIn(value);
  }

  private static void requireHarmlessIn(@Nullable Object value) throws EditException {
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        requireHarmless(String.valueOf(entry.getKey()));
        requireHarmlessIn(entry.getValue());
      }
    } else if (value instanceof List<?> list) {
      for (Object item : list) {
        requireHarmlessIn(item);
      }
    }
  }

  private static void requireHarmless(String name) throws EditException {
    if (SECRET.matcher(name).matches()) {
      throw new EditException(
          Kind.REFUSED, name + " is a secret: it is changed in the file, not from here");
    }
    if (WAYS_OF_KEYS.contains(name)) {
      throw new EditException(
          Kind.REFUSED,
          name + " decides who gets to see the keys: it is changed in the file, not from here");
    }
  }
}
