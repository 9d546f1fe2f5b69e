package io.geminirelay.base.state.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactJson;
import io.geminirelay.base.state.StateStore.Batch;
import io.geminirelay.base.state.redis.RedisChange.Turn;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How facts lie in Redis, and the scripts that read and write them. Ends are by Redis's clock here.
 * Thread safe; nothing blocks.
 */
final class RedisFacts {
  /** Facts of one script: a longer one would keep Redis from others. */
  static final int MOST_AT_ONCE = 200;

  /** About as many are read by one script; the others read on in between. */
  private static final String PAGE = "500";

  private static final Logger LOG = LoggerFactory.getLogger(RedisFacts.class);
  private static final JsonFactory JSON = new JsonFactory();
  private static final RedisScript LOOK = RedisScript.load("look.lua");
  private static final RedisScript READ = RedisScript.load("read.lua");
  private static final RedisScript WRITE = RedisScript.load("write.lua");

  private final String from;
  private final String freshEra = UUID.randomUUID().toString();
  private final String facts;
  private final String ends;
  private final String turn;
  private final String channel;
  private final AtomicBoolean toldOfUnknown = new AtomicBoolean();

  /**
   * What Redis says of itself.
   *
   * @param clockMillis its time of day, in milliseconds of the epoch
   * @param turn the last change
   */
  record Look(long clockMillis, Turn turn) {}

  /**
   * All facts.
   *
   * @param turn the last change that is in it for certain
   * @param torn whether Redis lost changes meanwhile: then it may lack what is there
   */
  record Snapshot(Turn turn, List<Fact> facts, boolean torn) {
    Snapshot {
      facts = List.copyOf(facts);
    }
  }

  /**
   * Facts under {@code prefix}.
   *
   * @param from name of this instance
   */
  RedisFacts(String prefix, String from) {
    this.from = from;
    this.facts = prefix + "{facts}:f:";
    this.ends = prefix + "{facts}:ends";
    this.turn = prefix + "{facts}:turn";
    this.channel = prefix + "{facts}:changes";
  }

  /** Where changes are published. */
  String channel() {
    return channel;
  }

  /** Whether this instance made {@code change}; it hears its own greeting as the others do. */
  boolean isOwn(RedisChange change) {
    return change.from().equals(from) && !change.isGreeting();
  }

  CompletionStage<Look> look(RedisScriptingAsyncCommands<String, String> redis) {
    return LOOK.run(redis, List.of(turn), List.of(freshEra)).thenApply(RedisFacts::lookOf);
  }

  /**
   * Reads all facts, page by page. What is changed meanwhile is in it or not, as for all that comes
   * after its turn.
   */
  CompletionStage<Snapshot> read(RedisScriptingAsyncCommands<String, String> redis) {
    return readOn(redis, "0", new Reading());
  }

  private CompletionStage<Snapshot> readOn(
      RedisScriptingAsyncCommands<String, String> redis, String cursor, Reading reading) {
    return READ.run(redis, List.of(turn, ends), List.of(facts, cursor, PAGE))
        .thenCompose(
            answer -> {
              reading.add(lookOf(answer).turn());
              for (Object value : answer.subList(4, answer.size())) {
                Fact fact = parse((String) value);
                if (fact != null) {
                  reading.found.put(fact.name(), fact);
                }
              }
              String next = (String) answer.get(3);
              return next.equals("0")
                  ? CompletableFuture.completedStage(reading.snapshot())
                  : readOn(redis, next, reading);
            });
  }

  /** What of a reading there is so far. A fact may come twice. */
  private static final class Reading {
    final Map<String, Fact> found = new HashMap<>();
    private Turn first = Turn.NONE;
    private Turn last = Turn.NONE;
    private boolean torn;

    void add(Turn now) {
      if (first.equals(Turn.NONE)) {
        first = now;
      }
      torn |= now.lacks(last);
      last = now;
    }

    Snapshot snapshot() {
      return new Snapshot(first, List.copyOf(found.values()), torn);
    }
  }

  /**
   * Writes {@code part}, wholly or not at all, and tells everybody.
   *
   * @param part of {@value #MOST_AT_ONCE} names at most
   * @return the change that it is
   */
  CompletionStage<Turn> write(RedisScriptingAsyncCommands<String, String> redis, Batch part) {
    List<Fact> over = part.gone().stream().map(name -> new Fact(name, Map.of(), 0)).toList();
    return write(redis, new Part(part.facts(), over), RedisChange.text(from, false, part), "0");
  }

  /**
   * Puts back what Redis has lost, one part after the other: those of {@code kept} of which nothing
   * is there, and the ends of those of {@code over} that are there again.
   */
  CompletionStage<Void> putBack(
      RedisScriptingAsyncCommands<String, String> redis, List<Fact> kept, List<Fact> over) {
    return putBack(redis, split(kept, over), 0);
  }

  private CompletionStage<Void> putBack(
      RedisScriptingAsyncCommands<String, String> redis, List<Part> parts, int at) {
    if (at == parts.size()) {
      return CompletableFuture.completedStage(null);
    }
    String message = RedisChange.text(from, true, new Batch(List.of(), List.of()));
    return write(redis, parts.get(at), message, "1")
        .thenCompose(none -> putBack(redis, parts, at + 1));
  }

  private CompletionStage<Turn> write(
      RedisScriptingAsyncCommands<String, String> redis, Part part, String message, String again) {
    List<String> keys = new ArrayList<>(List.of(turn, ends));
    List<String> values = new ArrayList<>();
    values.add(channel);
    values.add(freshEra);
    values.add(message);
    values.add(again);
    values.add(Integer.toString(part.kept().size()));
    for (Fact fact : part.kept()) {
      keys.add(facts + fact.name());
      values.add(fact.name());
      values.add(text(fact));
      values.add(Long.toString(fact.untilMillis()));
    }
    for (Fact fact : part.over()) {
      keys.add(facts + fact.name());
      values.add(fact.name());
      values.add(Long.toString(fact.untilMillis()));
    }
    return WRITE.run(redis, keys, values).thenApply(answer -> lookOf(answer).turn());
  }

  /** What one script writes. */
  private record Part(List<Fact> kept, List<Fact> over) {}

  private static List<Part> split(List<Fact> kept, List<Fact> over) {
    List<Part> parts = new ArrayList<>();
    slices(kept).forEach(slice -> parts.add(new Part(slice, List.of())));
    slices(over).forEach(slice -> parts.add(new Part(List.of(), slice)));
    return parts;
  }

  /** Parts of {@code batch} that one script each can write. */
  static List<Batch> split(Batch batch) {
    if (batch.facts().size() + batch.gone().size() <= MOST_AT_ONCE) {
      return List.of(batch);
    }
    List<Batch> parts = new ArrayList<>();
    slices(batch.facts()).forEach(slice -> parts.add(new Batch(slice, List.of())));
    slices(batch.gone()).forEach(slice -> parts.add(new Batch(List.of(), slice)));
    return parts;
  }

  private static <T> List<List<T>> slices(List<T> all) {
    List<List<T>> slices = new ArrayList<>();
    for (int at = 0; at < all.size(); at += MOST_AT_ONCE) {
      slices.add(all.subList(at, Math.min(at + MOST_AT_ONCE, all.size())));
    }
    return slices;
  }

  private static Look lookOf(List<Object> answer) {
    Turn turn = new Turn((String) answer.get(1), Long.parseLong((String) answer.get(2)));
    return new Look(Long.parseLong((String) answer.get(0)), turn);
  }

  private static String text(Fact fact) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeNumberField("v", RedisChange.VERSION);
      out.writeFieldName("fact");
      FactJson.write(out, fact);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private @Nullable Fact parse(String text) {
    Fact fact = null;
    long version = 0;
    boolean gone = false;
    try (JsonParser in = JSON.createParser(text)) {
      boolean object = in.nextToken() == JsonToken.START_OBJECT;
      while (object && in.nextToken() == JsonToken.FIELD_NAME) {
        String member = in.currentName();
        JsonToken value = in.nextToken();
        switch (member) {
          case "v" -> version = in.getValueAsLong();
          case "gone" -> gone = true;
          case "fact" -> fact = value == JsonToken.START_OBJECT ? FactJson.read(in) : null;
          default -> in.skipChildren();
        }
      }
    } catch (IOException e) {
      fact = null;
    }
    boolean known = fact != null && version >= 1 && version <= RedisChange.VERSION;
    if (!known && !gone) {
      tellOfUnknown();
    }
    return known ? fact : null;
  }

  /** Something is there that this version does not understand: said once. */
  void tellOfUnknown() {
    if (toldOfUnknown.compareAndSet(false, true)) {
      LOG.warn("Redis holds entries that this version does not understand: left alone");
    }
  }
}
