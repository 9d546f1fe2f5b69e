package io.geminirelay.base.state.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactJson;
import io.geminirelay.base.state.StateStore.Batch;
import io.geminirelay.base.state.redis.Mirror.Over;
import io.geminirelay.base.state.redis.RedisChange.Turn;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
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

  /** The key of the number of the last change. */
  String turn() {
    return turn;
  }

  /** Whether this instance made {@code change}; it hears its own greeting as the others do. */
  boolean isOwn(RedisChange change) {
    return change.from().equals(from) && !change.isGreeting();
  }

  CompletionStage<Look> look(RedisScriptingAsyncCommands<String, String> redis) {
    return LOOK.run(redis, List.of(turn), List.of(freshEra())).thenApply(RedisFacts::lookOf);
  }

  /**
   * Reads all facts, page by page. What is changed meanwhile is in it or not, as for all that comes
   * after its turn.
   */
  CompletionStage<Snapshot> read(RedisScriptingAsyncCommands<String, String> redis) {
    return readOn(redis, "0", new Snapshot.Pages());
  }

  private CompletionStage<Snapshot> readOn(
      RedisScriptingAsyncCommands<String, String> redis, String cursor, Snapshot.Pages pages) {
    return READ.run(redis, List.of(turn, ends), List.of(facts, cursor, PAGE))
        .thenCompose(
            answer -> {
              pages.add(lookOf(answer));
              for (int i = 4; i < answer.size(); i += 2) {
                pages.add((String) answer.get(i), (String) answer.get(i + 1));
              }
              String next = (String) answer.get(3);
              if (!next.equals("0")) {
                return readOn(redis, next, pages);
              }
              if (pages.hasUnknown()) {
                tellOfUnknown();
              }
              return CompletableFuture.completedStage(pages.whole());
            });
  }

  /**
   * Writes {@code part}, wholly or not at all, and tells everybody.
   *
   * @param part of {@value #MOST_AT_ONCE} names at most
   * @param endMillis when what is over would have ended, by name, as far as it is known; else 0
   * @return the change that it is
   */
  CompletionStage<Turn> write(
      RedisScriptingAsyncCommands<String, String> redis,
      Batch part,
      ToLongFunction<String> endMillis) {
    List<Over> over =
        part.gone().stream()
            .map(name -> new Fact(name, Map.of(), endMillis.applyAsLong(name)))
            .map(fact -> new Over(fact, Turn.NONE))
            .toList();
    return write(redis, new Part(part.facts(), over), RedisChange.text(from, false, part), "0");
  }

  /**
   * Puts back what Redis has lost, one part after the other: those of {@code kept} of which nothing
   * is there, and the ends of those of {@code over} that are there and older than their ends.
   */
  CompletionStage<Void> putBack(
      RedisScriptingAsyncCommands<String, String> redis, List<Fact> kept, List<Over> over) {
    List<Part> parts = new ArrayList<>();
    slices(kept).forEach(slice -> parts.add(new Part(slice, List.of())));
    slices(over).forEach(slice -> parts.add(new Part(List.of(), slice)));
    return putBack(redis, parts, 0);
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
    values.add(freshEra());
    values.add(message);
    values.add(again);
    values.add(Integer.toString(part.kept().size()));
    for (Fact fact : part.kept()) {
      keys.add(facts + fact.name());
      values.add(fact.name());
      values.add(text(fact));
      values.add(Long.toString(fact.untilMillis()));
    }
    for (Over over : part.over()) {
      keys.add(facts + over.fact().name());
      values.add(over.fact().name());
      values.add(Long.toString(over.fact().untilMillis()));
      values.add(over.at().era());
      values.add(Long.toString(over.at().number()));
    }
    return WRITE.run(redis, keys, values).thenApply(answer -> lookOf(answer).turn());
  }

  /** What one script writes. */
  private record Part(List<Fact> kept, List<Over> over) {}

  private static <T> List<List<T>> slices(List<T> all) {
    List<List<T>> slices = new ArrayList<>();
    for (int at = 0; at < all.size(); at += MOST_AT_ONCE) {
      slices.add(all.subList(at, Math.min(at + MOST_AT_ONCE, all.size())));
    }
    return slices;
  }

  /** Never the same: what Redis holds after a loss is not taken for what it held before. */
  private static String freshEra() {
    return UUID.randomUUID().toString();
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

  /** Something is there that this version does not understand: said once. */
  void tellOfUnknown() {
    if (toldOfUnknown.compareAndSet(false, true)) {
      LOG.warn("Redis holds entries that this version does not understand: left alone");
    }
  }
}
