package io.geminirelay.base.scan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Response bodies of the recorded traffic, and JSON as plain maps and lists for references. */
final class RecordedBodies {
  private static final JsonFactory FACTORY = new JsonFactory();

  private RecordedBodies() {}

  static Map<String, byte[]> all() throws IOException {
    Path corpus = corpus();
    Map<String, byte[]> bodies = new TreeMap<>();
    try (Stream<Path> files = Files.walk(corpus)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        Map<?, ?> exchange = (Map<?, ?>) parse(Files.readAllBytes(file));
        Object body = ((Map<?, ?>) exchange.get("response")).get("body");
        if (body instanceof String text) {
          bodies.put(corpus.relativize(file).toString(), text.getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return bodies;
  }

  private static Path corpus() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve("../shared/corpus"))) {
        return at.resolve("../shared/corpus").normalize();
      }
    }
    String shared = System.getenv("GEMINI_RELAY_SHARED");
    boolean found = shared != null && Files.isDirectory(Path.of(shared, "corpus"));
    if (!found && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("recorded traffic is missing");
    }
    Assumptions.assumeTrue(found, "recorded traffic is missing");
    return Path.of(shared, "corpus");
  }

  /** Parses one value strictly; throws on anything else. */
  static Object parse(byte[] json) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      parser.nextToken();
      return value(parser);
    }
  }

  private static Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> map = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        map.put(name, value(parser));
      }
      return map;
    }
    if (token == JsonToken.START_ARRAY) {
      List<Object> list = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        list.add(value(parser));
      }
      return list;
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return parser.getLongValue();
    }
    return token == JsonToken.VALUE_STRING ? parser.getText() : String.valueOf(token);
  }
}
