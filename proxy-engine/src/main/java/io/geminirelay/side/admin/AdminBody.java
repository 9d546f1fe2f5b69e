package io.geminirelay.side.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON object of a request, read member by member; what is missing or of the wrong kind is
 * refused with its path, what was found and what is expected. Immutable.
 */
public final class AdminBody {
  private final String path;
  private final Map<String, @Nullable Object> members;

  private AdminBody(String path, Map<String, @Nullable Object> members) {
    this.path = path;
    this.members = members;
  }

  static AdminBody of(byte[] json) {
    return object("", Json.read(json));
  }

  private static AdminBody object(String path, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw AdminProblem.invalid(path.isEmpty() ? "body" : path, Json.kind(value), "an object");
    }
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    map.forEach((name, member) -> members.put((String) name, member));
    return new AdminBody(path, members);
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Names of the members, in their order. */
  public Set<String> names() {
    return members.keySet();
  }

  /** Refuses members that are not among {@code names}. */
  public AdminBody only(String... names) {
    for (String name : members.keySet()) {
      if (!List.of(names).contains(name)) {
        throw AdminProblem.invalid(
            at(Json.shown(name)), "an unknown name", "one of " + String.join(", ", names));
      }
    }
    return this;
  }

  /** Whether {@code name} is there and not null. */
  public boolean has(String name) {
    return members.get(name) != null;
  }

  /**
   * A member as it is: a {@code String}, {@code Long}, {@code Double}, {@code Boolean}, {@code
   * List} or {@code Map}; null for null and for none.
   */
  public @Nullable Object value(String name) {
    return members.get(name);
  }

  /** A text that has to be there and not to be empty. */
  public String text(String name) {
    String text = optionalText(name);
    if (text == null || text.isEmpty()) {
      throw AdminProblem.invalid(at(name), text == null ? "nothing" : "an empty text", "a text");
    }
    return text;
  }

  /** A text; null for none. */
  public @Nullable String optionalText(String name) {
    Object value = members.get(name);
    if (value != null && !(value instanceof String)) {
      throw AdminProblem.invalid(at(name), Json.kind(value), "a text");
    }
    return (String) value;
  }

  /** A whole number from {@code least} to {@code most}; {@code standard} for none. */
  public long count(String name, long least, long most, long standard) {
    Object value = members.get(name);
    if (value == null) {
      return standard;
    }
    if (value instanceof Long number && number >= least && number <= most) {
      return number;
    }
    throw AdminProblem.invalid(
        at(name), Json.kind(value), "a whole number from " + least + " to " + most);
  }

  /** A truth value; {@code standard} for none. */
  public boolean truth(String name, boolean standard) {
    Object value = members.get(name);
    if (value == null) {
      return standard;
    }
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw AdminProblem.invalid(at(name), Json.kind(value), "true or false");
  }

  /** One of {@code choices}; {@code standard} for none. */
  public <T> T choice(String name, Map<String, T> choices, T standard) {
    Object value = members.get(name);
    if (value == null) {
      return standard;
    }
    T chosen = value instanceof String text ? choices.get(text) : null;
    if (chosen == null) {
      throw AdminProblem.invalid(
          at(name), Json.kind(value), "one of " + String.join(", ", choices.keySet()));
    }
    return chosen;
  }

  /** A list of texts, at most {@code most}; empty for none. */
  public List<String> texts(String name, int most) {
    Object value = members.get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list) || list.size() > most) {
      throw AdminProblem.invalid(
          at(name), Json.kind(value), "a list of texts, " + most + " at most");
    }
    return IntStream.range(0, list.size())
        .mapToObj(i -> element(at(name) + "[" + i + "]", list.get(i)))
        .toList();
  }

  private static String element(String path, @Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw AdminProblem.invalid(path, Json.kind(value), "a text");
  }

  /** An object; an empty one for none. */
  public AdminBody object(String name) {
    Object value = members.get(name);
    return value == null ? new AdminBody(at(name), Map.of()) : object(at(name), value);
  }
}
