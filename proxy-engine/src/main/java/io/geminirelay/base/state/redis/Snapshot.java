package io.geminirelay.base.state.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactJson;
import io.geminirelay.base.state.redis.RedisChange.Turn;
import io.geminirelay.base.state.redis.RedisFacts.Look;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that Redis holds. What is missing in it says nothing: Redis may have lost it. What was ended
 * has a mark.
 *
 * @param clockMillis Redis's time of day, in milliseconds of the epoch
 * @param turn the last change that is in it for certain
 * @param facts what is known
 * @param gone names of what is over
 * @param names all names under which there is anything, be it of a form that is not known here
 * @param torn whether Redis lost changes meanwhile: then it may lack what is there
 */
record Snapshot(
    long clockMillis,
    Turn turn,
    List<Fact> facts,
    List<String> gone,
    Set<String> names,
    boolean torn) {
  private static final JsonFactory JSON = new JsonFactory();

  Snapshot {
    facts = List.copyOf(facts);
    gone = List.copyOf(gone);
    names = Set.copyOf(names);
  }

  /** The same, which was read after {@code earlier}. */
  Snapshot after(Snapshot earlier) {
    boolean lost = torn || turn.lacks(earlier.turn);
    return lost == torn ? this : new Snapshot(clockMillis, turn, facts, gone, names, true);
  }

  /** One that is being read, page by page. An entry may come twice. For one thread at a time. */
  static final class Pages {
    private final Map<String, Fact> facts = new HashMap<>();
    private final Set<String> gone = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private Turn first = Turn.NONE;
    private Turn last = Turn.NONE;
    private long clockMillis;
    private boolean torn;
    private boolean unknown;

    /** Begins a page. */
    void add(Look now) {
      if (first.equals(Turn.NONE)) {
        first = now.turn();
      }
      torn |= now.turn().lacks(last);
      last = now.turn();
      clockMillis = now.clockMillis();
    }

    /** Adds what is kept under {@code name}; nothing where it was lost. */
    void add(String name, String text) {
      if (!text.isEmpty()) {
        names.add(name);
        facts.remove(name);
        gone.remove(name);
        parse(name, text);
      }
    }

    private void parse(String name, String text) {
      Fact fact = null;
      long version = 0;
      boolean over = false;
      try (JsonParser in = JSON.createParser(text)) {
        boolean object = in.nextToken() == JsonToken.START_OBJECT;
        while (object && in.nextToken() == JsonToken.FIELD_NAME) {
          String member = in.currentName();
          JsonToken value = in.nextToken();
          switch (member) {
            case "v" -> version = in.getValueAsLong();
            case "gone" -> over = true;
            case "fact" -> fact = value == JsonToken.START_OBJECT ? FactJson.read(in) : null;
            default -> in.skipChildren();
          }
        }
      } catch (IOException e) {
        fact = null;
      }
      take(name, version >= 1 && version <= RedisChange.VERSION ? fact : null, over);
    }

    private void take(String name, @Nullable Fact fact, boolean over) {
      if (fact == null && !over) {
        unknown = true;
      } else if (fact == null || fact.untilMillis() <= clockMillis) {
        gone.add(name);
      } else {
        facts.put(name, fact);
      }
    }

    /** Whether there is something that this version does not understand. */
    boolean hasUnknown() {
      return unknown;
    }

    Snapshot whole() {
      return new Snapshot(
          clockMillis, first, List.copyOf(facts.values()), List.copyOf(gone), names, torn);
    }
  }
}
