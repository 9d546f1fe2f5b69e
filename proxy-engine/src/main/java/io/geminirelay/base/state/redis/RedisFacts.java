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
import java.util.List;
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
  private static final int MOST_AT_ONCE = 200;

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
   * All facts at one moment.
   *
   * @param turn the last change that is in it
   */
  record Snapshot(Turn turn, List<Fact> facts) {
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

  /** Whether this instance made {@code change}. */
  boolean isOwn(RedisChange change) {
    return change.from().equals(from);
  }

  CompletionStage<Look> look(RedisScriptingAsyncCommands<String, String> redis) {
    return LOOK.run(redis, List.of(turn), List.of(freshEra)).thenApply(RedisFacts::lookOf);
  }

  CompletionStage<Snapshot> read(RedisScriptingAsyncCommands<String, String> redis) {
    return READ.run(redis, List.of(turn, ends), List.of(facts))
        .thenApply(
            answer -> {
              List<Fact> found = new ArrayList<>();
              for (Object value : answer.subList(3, answer.size())) {
                Fact fact = parse((String) value);
                if (fact != null) {
                  found.add(fact);
                }
              }
              return new Snapshot(lookOf(answer).turn(), found);
            });
  }

  /**
   * Writes {@code batch}, each fact wholly or not at all, and tells everybody.
   *
   * @param missing to write only what is not there
   * @return the last change that was made of it
   */
  CompletionStage<Turn> write(
      RedisScriptingAsyncCommands<String, String> redis, Batch batch, boolean missing) {
    List<CompletableFuture<Look>> parts = new ArrayList<>();
    for (Batch part : split(batch)) {
      parts.add(writePart(redis, part, missing).toCompletableFuture());
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(none -> parts.isEmpty() ? Turn.NONE : parts.get(parts.size() - 1).join().turn());
  }

  private CompletionStage<Look> writePart(
      RedisScriptingAsyncCommands<String, String> redis, Batch part, boolean missing) {
    List<String> keys = new ArrayList<>(List.of(turn, ends));
    List<String> values = new ArrayList<>();
    values.add(channel);
    values.add(freshEra);
    values.add(RedisChange.text(from, missing, part));
    values.add(missing ? "1" : "0");
    values.add(Integer.toString(part.facts().size()));
    for (Fact fact : part.facts()) {
      keys.add(facts + fact.name());
      values.add(fact.name());
      values.add(text(fact));
      values.add(Long.toString(fact.untilMillis()));
    }
    for (String name : part.gone()) {
      keys.add(facts + name);
      values.add(name);
    }
    return WRITE.run(redis, keys, values).thenApply(RedisFacts::lookOf);
  }

  private static List<Batch> split(Batch batch) {
    List<Batch> parts = new ArrayList<>();
    List<Fact> facts = batch.facts();
    for (int at = 0; at < facts.size(); at += MOST_AT_ONCE) {
      int end = Math.min(at + MOST_AT_ONCE, facts.size());
      parts.add(new Batch(facts.subList(at, end), List.of()));
    }
    List<String> gone = batch.gone();
    for (int at = 0; at < gone.size(); at += MOST_AT_ONCE) {
      int end = Math.min(at + MOST_AT_ONCE, gone.size());
      parts.add(new Batch(List.of(), gone.subList(at, end)));
    }
    return parts;
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
