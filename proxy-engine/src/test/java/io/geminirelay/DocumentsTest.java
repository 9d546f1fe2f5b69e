package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is written for people: each link leads to a file, and to a heading or an anchor in it. */
@Tag("once")
class DocumentsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\">");

  @Test
  void everyLinkLeadsSomewhere() throws Exception {
    Set<String> lost = new TreeSet<>();
    int links = 0;
    for (Path document : documents()) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        String target = link.group(1);
        if (target.contains("://")) {
          continue;
        }
        links++;
        int hash = target.indexOf('#');
        String path = hash < 0 ? target : target.substring(0, hash);
        Path file = path.isEmpty() ? document : document.resolveSibling(path).normalize();
        if (!Files.exists(file)
            || hash >= 0 && !anchors(file).contains(target.substring(hash + 1))) {
          lost.add(ROOT.relativize(document) + ": " + target);
        }
      }
    }
    assertEquals(Set.of(), lost);
    assertTrue(links > 30, () -> "too few links found");
  }

  /** Who begins reads one page; what an operator needs later has files of its own. */
  @Test
  void theReadmeLeadsToEveryOtherDocument() throws Exception {
    String readme = Files.readString(ROOT.resolve("README.md"));
    assertTrue(readme.lines().count() <= 350, "README.md has over 350 lines");
    for (Path document : documents()) {
      String name = ROOT.relativize(document).toString();
      assertTrue(name.equals("README.md") || readme.contains("](" + name + ")"), name);
    }
  }

  private static List<Path> documents() throws Exception {
    List<Path> all = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    for (String folder : List.of("config", "bench")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(all::add);
      }
    }
    return all;
  }

  /** The headings of {@code document} as they are linked, and what it names itself. */
  private static Set<String> anchors(Path document) throws Exception {
    Set<String> all = new HashSet<>();
    boolean code = false;
    for (String line : Files.readAllLines(document)) {
      code ^= line.startsWith("```");
      if (!code && line.matches("#+ .*")) {
        String text = line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT);
        all.add(text.replaceAll("[^\\w -]", "").replace(' ', '-'));
      }
      Matcher anchor = ANCHOR.matcher(line);
      while (anchor.find()) {
        all.add(anchor.group(1));
      }
    }
    return all;
  }
}
