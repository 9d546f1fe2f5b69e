package io.geminirelay.side.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Holds the dashboard's own files to what its policy and its readers expect. */
@Tag("once")
class DashboardTextTest {
  private static final Path FOLDER = Path.of("src/main/resources/io/geminirelay/side/dashboard");
  private static final String ASSETS = "/admin/assets/";
  private static final int MAX_LINES = 400;

  private static final Pattern REFERENCE =
      Pattern.compile("(?:src=|href=|from |import |url\\()\"([^\"#]+)\"");

  private static final Map<String, Pattern> BANNED =
      Map.of(
          "another host", Pattern.compile("https?://(?!www\\.w3\\.org/2000/svg\")|[\"'(]//"),
          "markup made of text",
              Pattern.compile(
                  "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser"
                      + "|createContextualFragment|setHTML"),
          "code made of text",
              Pattern.compile("\\beval\\(|new Function|setTimeout\\(\"|javascript:"),
          "style attribute", Pattern.compile("\\sstyle=|\"style\"|(?<!-)\\bstyle:|cssText"));

  private static Map<String, String> own() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.collect(
          Collectors.toMap(
              file -> file.getFileName().toString(),
              DashboardTextTest::text,
              (a, b) -> a,
              TreeMap::new));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyFileIsServed() throws IOException {
    Set<String> served = new TreeSet<>();
    for (Asset asset : Asset.ALL.values()) {
      if (!asset.resource().startsWith("/")) {
        served.add(asset.resource());
      }
    }
    assertEquals(served, own().keySet());
  }

  @Test
  void everyFileThatIsNamedExists() throws IOException {
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Map.Entry<String, String> file : own().entrySet()) {
      Matcher reference = REFERENCE.matcher(file.getValue());
      while (reference.find()) {
        named++;
        String name = reference.group(1).replaceFirst("^(\\./|assets/)", "");
        if (!Asset.ALL.containsKey(ASSETS + name)) {
          missing.add(file.getKey() + " names " + reference.group(1));
        }
      }
    }
    assertTrue(named > 40, "names found: " + named);
    assertEquals(List.of(), missing);
  }

  @Test
  void everyScriptIsReachedFromThePage() throws IOException {
    String all = String.join("\n", own().values());
    for (Asset asset : Asset.ALL.values()) {
      String name = asset.path().substring(asset.path().lastIndexOf('/') + 1);
      assertTrue(name.isEmpty() || all.contains(name), name);
    }
  }

  @Test
  void nothingNeedsWhatThePolicyForbids() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Map.Entry<String, String> file : own().entrySet()) {
      for (Map.Entry<String, Pattern> rule : BANNED.entrySet()) {
        Matcher found = rule.getValue().matcher(file.getValue());
        if (found.find()) {
          faults.add(file.getKey() + ": " + rule.getKey() + ": " + found.group());
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void thePageHasNoInlineScriptStyleOrHandler() throws IOException {
    String page = own().get("index.html");
    assertTrue(Pattern.compile("<script(?![^>]*src=)").matcher(page).results().findAny().isEmpty());
    assertTrue(Pattern.compile("<style|\\son\\w+=").matcher(page).results().findAny().isEmpty());
    assertTrue(page.contains("<html lang=\"en\">"));
    assertTrue(page.contains("name=\"viewport\""));
  }

  @Test
  void filesAreShort() throws IOException {
    own()
        .forEach(
            (name, text) ->
                assertTrue(text.lines().count() <= MAX_LINES, name + ": " + text.lines().count()));
  }
}
