package io.geminirelay.base.state.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactJson;
import io.geminirelay.base.state.StateStore.Batch;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change as it is told to all: {@code ERA NUMBER {"v":1,"from":…,"facts":[…],"gone":[…]}}.
 *
 * @param turn which change it is
 * @param from the instance that made it
 * @param again that facts were put back: who hears of it reads all
 * @param batch what changed; ends by Redis's clock
 */
record RedisChange(Turn turn, String from, boolean again, Batch batch) {
  /** What is raised when older gateways must not read what newer ones write. */
  static final int VERSION = 1;

  private static final JsonFactory JSON = new JsonFactory();

  /**
   * A place in the order of changes.
   *
   * @param era random name of what Redis has held without loss
   * @param number of the change, growing by one
   */
  record Turn(String era, long number) {
    /** Before anything is known. */
    static final Turn NONE = new Turn("", -1);

    /** Whether Redis has lost changes that {@code known} had. */
    boolean lacks(Turn known) {
      return known.number >= 0 && (!era.equals(known.era) || number < known.number);
    }
  }

  /** Whether it changes nothing, but shows who hears it that changes come. */
  boolean isGreeting() {
    return batch.facts().size() == 1
        && batch.gone().isEmpty()
        && batch.facts().get(0).kind().equals(Fact.GREETING);
  }

  /** The text after the turn. */
  static String text(String from, boolean again, Batch batch) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeNumberField("v", VERSION);
      out.writeStringField("from", from);
      if (again) {
        out.writeBooleanField("again", true);
      } else {
        out.writeArrayFieldStart("facts");
        for (Fact fact : batch.facts()) {
          FactJson.write(out, fact);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("gone");
        for (String name : batch.gone()) {
          out.writeString(name);
        }
        out.writeEndArray();
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** The change that {@code message} tells; null where it is not to be understood. */
  static @Nullable RedisChange parse(String message) {
    String[] parts = message.split(" ", 3);
    try (JsonParser in = JSON.createParser(parts.length < 3 ? "" : parts[2])) {
      return in.nextToken() == JsonToken.START_OBJECT
          ? parse(new Turn(parts[0], Long.parseLong(parts[1])), in)
          : null;
    } catch (IOException | NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable RedisChange parse(Turn turn, JsonParser in) throws IOException {
    List<Fact> facts = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    String from = "";
    long version = 0;
    boolean again = false;
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String member = in.currentName();
      JsonToken value = in.nextToken();
      switch (member) {
        case "v" -> version = in.getValueAsLong();
        case "from" -> from = in.getValueAsString("");
        case "again" -> again = value == JsonToken.VALUE_TRUE;
        case "facts" -> readFacts(in, facts);
        case "gone" -> readNames(in, gone);
        default -> in.skipChildren();
      }
    }
    return version < 1 || version > VERSION
        ? null
        : new RedisChange(turn, from, again, new Batch(facts, gone));
  }

  private static void readFacts(JsonParser in, List<Fact> into) throws IOException {
    while (in.nextToken() == JsonToken.START_OBJECT) {
      Fact fact = FactJson.read(in);
      if (fact != null) {
        into.add(fact);
      }
    }
  }

  private static void readNames(JsonParser in, List<String> into) throws IOException {
    while (in.nextToken() == JsonToken.VALUE_STRING) {
      into.add(in.getText());
    }
  }
}
