package io.geminirelay.base.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.file.FileSave;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@value #NAME} in a folder: {@code {"version":1,"facts":[…]}}, readable by its owner
 * alone. A crash while it is written leaves the one before. Blocking.
 */
final class StateFile {
  static final String NAME = "state.json";

  /** What a file that cannot be understood is called from then on. */
  static final String BROKEN = "state.json.broken";

  /**
   * What a file of a newer version is called once it was read: it says more than was understood.
   */
  static final String NEWER = "state.json.newer";

  private static final int VERSION = 1;
  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
  private static final JsonFactory JSON = new JsonFactory();

  private final Path folder;

  StateFile(Path folder) {
    this.folder = folder;
  }

  /**
   * What the file holds, ended facts too; nothing where there is none, or where it cannot be
   * understood: then it is set aside, since what cannot be read shall not keep the gateway from
   * starting, and may be wanted by who looks for the cause.
   */
  List<Fact> read() {
    Path file = folder.resolve(NAME);
    try {
      return parse(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (JsonProcessingException e) {
      // The message would show a part of the file.
      JsonLocation where = e.getLocation();
      setAside(file, where == null ? "no JSON" : "damaged at line " + where.getLineNr());
      return List.of();
    } catch (IOException e) {
      if (Files.exists(file)) {
        setAside(file, "not readable: " + e);
      }
      return List.of();
    }
  }

  void write(Collection<Fact> facts) throws IOException {
    Files.createDirectories(folder);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeNumberField("version", VERSION);
      out.writeArrayFieldStart("facts");
      for (Fact fact : facts) {
        out.writeRaw('\n');
        FactJson.write(out, fact);
      }
      out.writeEndArray();
      out.writeEndObject();
      out.writeRaw('\n');
    }
    FileSave.create(folder.resolve(NAME), bytes.toByteArray());
  }

  /** Removes what a process that was killed had begun to write; for who holds the folder's lock. */
  void removeUnfinished() {
    try {
      FileSave.removeUnfinished(folder.resolve(NAME), Instant.MAX);
      FileSave.removeUnfinished(folder.resolve(NEWER), Instant.MAX);
    } catch (IOException e) {
      LOG.debug("unfinished files cannot be removed from {}", folder, e);
    }
  }

  private List<Fact> parse(byte[] bytes) throws IOException {
    List<Fact> facts = new ArrayList<>();
    boolean whole = false;
    try (JsonParser in = JSON.createParser(bytes)) {
      require(in, in.nextToken() == JsonToken.START_OBJECT);
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String member = in.currentName();
        JsonToken value = in.nextToken();
        if (member.equals("version") && value == JsonToken.VALUE_NUMBER_INT) {
          keepNewer(in.getLongValue(), bytes);
        } else if (member.equals("facts") && value == JsonToken.START_ARRAY) {
          readFacts(in, facts);
          whole = true;
        } else {
          in.skipChildren();
        }
      }
      require(in, whole && in.nextToken() == null);
    }
    return facts;
  }

  private static void readFacts(JsonParser in, List<Fact> into) throws IOException {
    for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
      Fact fact = null;
      if (token == JsonToken.START_OBJECT) {
        fact = FactJson.read(in);
      } else {
        in.skipChildren();
      }
      if (fact != null) {
        into.add(fact);
      }
    }
  }

  /** It is written over soon, and may be wanted when that version comes back. */
  private void keepNewer(long version, byte[] bytes) {
    if (version <= VERSION) {
      return;
    }
    LOG.info("{} is of a newer version: taking what is known of it, kept as {}", NAME, NEWER);
    try {
      FileSave.create(folder.resolve(NEWER), bytes);
    } catch (IOException e) {
      LOG.warn("{} of a newer version cannot be kept: {}", NAME, e.toString());
    }
  }

  private static void require(JsonParser in, boolean fulfilled) throws IOException {
    if (!fulfilled) {
      throw new JsonParseException(in, "not a file of state");
    }
  }

  private void setAside(Path file, String why) {
    Path broken = folder.resolve(BROKEN);
    try {
      Files.move(file, broken, StandardCopyOption.REPLACE_EXISTING);
      LOG.warn("{} is {}: begun anew, the old one is kept as {}", file, why, BROKEN);
    } catch (IOException e) {
      LOG.warn("{} is {} and cannot be set aside: begun anew", file, why);
    }
  }
}
