package io.geminirelay.testing;

import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * The recorded traffic that lies beside the project: {@code shared/corpus} next to the working
 * directory or one of those above it, or in the folder that {@code GEMINI_RELAY_SHARED} names. A
 * test that asks for it where there is none is skipped.
 */
public final class Corpus {
  private Corpus() {}

  /** All exchanges, sorted by kind and name. */
  public static List<CorpusExchange> all() {
    Path folder = folder();
    try (Stream<Path> files = Files.walk(folder, 2)) {
      List<Path> paths =
          files
              .filter(file -> file.toString().endsWith(".json"))
              .sorted()
              .collect(Collectors.toList());
      List<CorpusExchange> exchanges = new ArrayList<>(paths.size());
      for (Path path : paths) {
        exchanges.add(read(path));
      }
      return exchanges;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The exchanges of these kinds. */
  public static List<CorpusExchange> ofKind(String... kinds) {
    List<CorpusExchange> chosen = new ArrayList<>(all());
    chosen.removeIf(exchange -> !List.of(kinds).contains(exchange.kind()));
    return chosen;
  }

  /** One exchange by kind and name. */
  public static CorpusExchange get(String kind, String name) {
    try {
      return read(folder().resolve(kind).resolve(name + ".json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of the recorded traffic; skips the test if there is none. */
  public static Path folder() {
    return shared().resolve("corpus");
  }

  /** The folder of all shared material; skips the test if there is none. */
  public static Path shared() {
    Path found = find(Path.of("").toAbsolutePath(), System.getenv("GEMINI_RELAY_SHARED"));
    // Benchmarks look here too, and have no JUnit: it must not be touched where all is found.
    return found != null ? found : Assumptions.abort("no shared/corpus beside the project");
  }

  static @Nullable Path find(Path workingDirectory, @Nullable String fallback) {
    for (Path up = workingDirectory; up != null; up = up.getParent()) {
      Path beside = up.resolve("shared");
      if (Files.isDirectory(beside.resolve("corpus"))) {
        return beside;
      }
    }
    if (fallback != null && Files.isDirectory(Path.of(fallback).resolve("corpus"))) {
      return Path.of(fallback);
    }
    return null;
  }

  private static CorpusExchange read(Path file) throws IOException {
    Map<String, Object> all = Json.map(Json.parse(Files.readAllBytes(file)));
    Map<String, Object> request = Json.map(all.get("request"));
    Map<String, Object> response = Json.map(all.get("response"));
    byte[] body = body(response);
    String fileName = String.valueOf(file.getFileName());
    return new CorpusExchange(
        String.valueOf(file.getParent().getFileName()),
        fileName.substring(0, fileName.length() - ".json".length()),
        String.valueOf(request.get("method")),
        String.valueOf(request.get("path")),
        headers(request),
        body(request),
        String.valueOf(Json.map(all.get("meta")).get("auth")),
        ((Number) response.getOrDefault("status", 0)).intValue(),
        headers(response),
        body == null ? new byte[0] : body);
  }

  private static List<Header> headers(Map<String, Object> message) {
    List<Header> headers = new ArrayList<>();
    Json.map(message.get("headers"))
        .forEach((name, value) -> headers.add(new Header(name, String.valueOf(value))));
    return headers;
  }

  private static byte @Nullable [] body(Map<String, Object> message) {
    if (message.get("body_base64") instanceof String encoded) {
      return Base64.getDecoder().decode(encoded);
    }
    return message.get("body") instanceof String text
        ? text.getBytes(StandardCharsets.UTF_8)
        : null;
  }
}
