package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminOperation.Access;
import io.geminirelay.side.admin.Description;
import io.geminirelay.testing.sim.Json;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenAPI description and the operations that there are tell the same. */
class DescriptionTest {
  @TempDir Path folder;

  private List<AdminOperation> operations() throws Exception {
    Path file = Files.writeString(folder.resolve("c.yaml"), "groups: [{name: g, api_keys: [k]}]");
    EngineConfig config = ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
    Engine engine = Engine.of(config, TimeSource.SYSTEM);
    try {
      return engine.administration().table().operations();
    } finally {
      engine.drain().toCompletableFuture().join();
    }
  }

  private static Map<?, ?> document() throws Exception {
    try (InputStream file = Description.class.getResourceAsStream("openapi.json")) {
      return (Map<?, ?>) Json.parse(file.readAllBytes());
    }
  }

  private static Map<String, Map<?, ?>> described() throws Exception {
    Map<String, Map<?, ?>> all = new TreeMap<>();
    ((Map<?, ?>) document().get("paths"))
        .forEach(
            (path, methods) ->
                ((Map<?, ?>) methods)
                    .forEach(
                        (method, operation) ->
                            all.put(
                                method.toString().toUpperCase(Locale.ROOT) + " " + path,
                                (Map<?, ?>) operation)));
    return all;
  }

  private static String name(AdminOperation operation) {
    return operation.method() + " " + operation.template();
  }

  @Test
  void everyOperationIsDescribedAndNoOther() throws Exception {
    Set<String> there = new TreeSet<>();
    operations().forEach(operation -> there.add(name(operation)));
    assertEquals(there, described().keySet());
  }

  @Test
  void whatIsOpenToAllSaysSoAndWritesNameTheirHeader() throws Exception {
    Map<String, Map<?, ?>> described = described();
    for (AdminOperation operation : operations()) {
      Map<?, ?> told = described.get(name(operation));
      boolean open = List.of().equals(told.get("security"));
      assertEquals(operation.access() == Access.OPEN, open, name(operation));
      boolean csrf = String.valueOf(told.get("parameters")).contains("parameters/Csrf");
      assertEquals(operation.writes(), csrf, name(operation));
    }
  }

  @Test
  void everyReferenceLeadsSomewhereAndNamesOfPathsAreParameters() throws Exception {
    Map<?, ?> document = document();
    List<String> references = new ArrayList<>();
    collect(document, references);
    for (String reference : references) {
      Object found = document;
      for (String step : reference.substring(2).split("/")) {
        found = ((Map<?, ?>) found).get(step);
        assertTrue(found != null, reference);
      }
    }
    for (Map.Entry<String, Map<?, ?>> operation : described().entrySet()) {
      String parameters = String.valueOf(resolved(document, operation.getValue()));
      Matcher names = Pattern.compile("\\{(\\w+)}").matcher(operation.getKey());
      while (names.find()) {
        assertTrue(parameters.contains("name=" + names.group(1) + ","), operation::getKey);
      }
    }
  }

  /** The parameters of an operation, those that it refers to among them. */
  private static List<Object> resolved(Map<?, ?> document, Map<?, ?> operation) {
    Map<?, ?> shared = (Map<?, ?>) ((Map<?, ?>) document.get("components")).get("parameters");
    List<Object> all = new ArrayList<>();
    if (operation.get("parameters") instanceof List<?> list) {
      for (Object parameter : list) {
        Object reference = ((Map<?, ?>) parameter).get("$ref");
        String name = reference == null ? "" : reference.toString();
        all.add(
            reference == null ? parameter : shared.get(name.substring(name.lastIndexOf('/') + 1)));
      }
    }
    return all;
  }

  private static void collect(Object tree, List<String> references) {
    if (tree instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (name.equals("$ref")) {
              references.add((String) value);
            } else {
              collect(value, references);
            }
          });
    } else if (tree instanceof List<?> list) {
      list.forEach(element -> collect(element, references));
    }
  }
}
