package io.geminirelay.base.state;

import java.util.HashMap;
import java.util.Map;

/**
 * Something that is known until a moment, as it is kept outside the process. Holds no secret: keys
 * are named by their fingerprints. Immutable.
 *
 * <p>An instance of another version may have written it: who reads it takes the fields it knows,
 * leaves the others, and does without those that are missing.
 *
 * @param name {@code kind/…}; one of each name is kept, the last that was written
 * @param fields what is known, by name
 * @param untilMillis when it stops being of interest, in milliseconds of the epoch by this
 *     machine's clock
 */
public record Fact(String name, Map<String, String> fields, long untilMillis) {
  /** Names of fields that are moments, in milliseconds of the epoch by the same clock, end so. */
  public static final String MOMENT = "_at_ms";

  /** The kind of facts that say nothing, and are over when they are written. */
  public static final String GREETING = "greeting";

  /** The moment when somebody decided it: of two facts of one name, the later such one is right. */
  public static final String DECIDED = "decided" + MOMENT;

  /** Moments that are as near may be the same one by another clock. */
  public static final long SLACK_MILLIS = 1_500;

  /** Until when it was known before it turned out to be over earlier. */
  private static final String INSTEAD = "instead" + MOMENT;

  /** So long ago, by any clock, did a greeting end. */
  private static final long GREETING_MILLIS = 60_000;

  /** Copies the fields. */
  public Fact {
    fields = Map.copyOf(fields);
  }

  /** What an instance says that has just come. */
  static Fact greeting(long nowMillis) {
    long before = nowMillis - GREETING_MILLIS;
    return new Fact(GREETING + "/", Map.of("said" + MOMENT, Long.toString(before)), before);
  }

  /** What comes before the first slash of the name. */
  public String kind() {
    return kind(name);
  }

  /** What comes before the first slash of {@code name}. */
  public static String kind(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /** The field {@code name}; {@code otherwise} where it is missing. */
  public String field(String name, String otherwise) {
    return fields.getOrDefault(name, otherwise);
  }

  /** The field {@code name} as a number; {@code otherwise} where it is missing or none. */
  public long number(String name, long otherwise) {
    String text = fields.get(name);
    try {
      return text == null ? otherwise : Long.parseLong(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** The same by a clock that is {@code millis} ahead: its end, and all {@link #MOMENT}s. */
  public Fact shifted(long millis) {
    if (millis == 0) {
      return this;
    }
    Map<String, String> moved = new HashMap<>(fields);
    moved.replaceAll(
        (field, text) -> {
          long at = field.endsWith(MOMENT) ? number(field, 0) : 0;
          return at == 0 ? text : Long.toString(at + millis);
        });
    return new Fact(name, moved, untilMillis + millis);
  }

  /** The same, to be put in the place of {@code longer} where that is known. */
  Fact insteadOf(Fact longer) {
    long until = Math.max(longer.untilMillis, longer.number(INSTEAD, 0));
    Map<String, String> more = new HashMap<>(fields);
    more.put(INSTEAD, Long.toString(until));
    return new Fact(name, more, untilMillis);
  }

  /** Whether it is to be put in the place of {@code longer}, though that is known for longer. */
  boolean isInsteadOf(Fact longer) {
    return isLonger(longer, this) && longer.untilMillis - number(INSTEAD, 0) < SLACK_MILLIS;
  }

  /** Whether it says when somebody decided it. */
  boolean isDecided() {
    return fields.containsKey(DECIDED);
  }

  /** Whether {@code one} is right where {@code other} says else: decided later, or longer known. */
  static boolean outweighs(Fact one, Fact other) {
    long decided = one.number(DECIDED, 0);
    long before = other.number(DECIDED, 0);
    boolean known = decided != 0 && before != 0 && Math.abs(decided - before) >= SLACK_MILLIS;
    return known ? decided > before : isLonger(one, other);
  }

  /** Whether {@code one} is known for longer than {@code other}. */
  static boolean isLonger(Fact one, Fact other) {
    return one.untilMillis - other.untilMillis > SLACK_MILLIS;
  }

  /** Whether {@code other} tells nothing new; moments that are near are the same. */
  public boolean says(Fact other) {
    return name.equals(other.name)
        && Math.abs(untilMillis - other.untilMillis) < SLACK_MILLIS
        && agrees(other);
  }

  /** Whether {@code other} says the same, whatever its end. */
  boolean agrees(Fact other) {
    if (fields.equals(other.fields)) {
      return true;
    }
    return fields.keySet().equals(other.fields.keySet()) && !contradicts(other);
  }

  /**
   * Whether {@code other} says something else of the same, whatever its end: what only one of them
   * mentions may be of another version.
   */
  boolean contradicts(Fact other) {
    for (Map.Entry<String, String> field : other.fields.entrySet()) {
      String key = field.getKey();
      if (fields.containsKey(key)
          && !isNear(key, other)
          && !field.getValue().equals(fields.get(key))) {
        return true;
      }
    }
    return false;
  }

  private boolean isNear(String key, Fact other) {
    return key.endsWith(MOMENT) && Math.abs(number(key, 0) - other.number(key, 0)) < SLACK_MILLIS;
  }
}
