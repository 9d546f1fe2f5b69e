package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Holds the main sources to the rules of size, names, imports and banned calls. */
@Tag("once")
class LayoutTest {
  private static final Path ROOT = Path.of("src/main/java/io/geminirelay");
  private static final int MAX_FILE_LINES = 400;
  private static final int MAX_MEDIAN_LINES = 110;
  private static final int MAX_HANDLER_LINES = 150;
  private static final int MAX_METHOD_LINES = 50;
  private static final int MAX_PARAMETERS = 6;

  /** A declaration with a body, in formatted source: it ends at a brace of the same indentation. */
  private static final Pattern METHOD =
      Pattern.compile(
          "^( {2}| {4})(?!return|throw|else|@|class |record |enum |interface )"
              + "([A-Za-z<][\\w<>\\[\\], .?@]*)\\(([^;{}]*)\\)(?: throws [\\w., \n]+)? \\{$",
          Pattern.MULTILINE);

  private static final Pattern IMPORT =
      Pattern.compile(
          "^import (?:static )?io\\.geminirelay\\.([a-z.]+)\\.[A-Z]", Pattern.MULTILINE);
  private static final Pattern TYPE =
      Pattern.compile(
          "^(?:public |final |abstract |sealed )*(?:class|interface|enum|record) (\\w+)",
          Pattern.MULTILINE);
  private static final Pattern BAD_NAME =
      Pattern.compile(".*(Manager|Util|Utils|Helper|Impl|Base)$|^(Abstract|Default|I[A-Z][a-z]).*");

  /**
   * Which flow rooms a room may look into; {@code base} is open to all, the root sees everything.
   */
  private static final Map<String, Set<String>> ALLOWED =
      Map.of(
          "side.admin", Set.of("side.health", "side.dashboard"),
          "side.metrics", Set.of("side.health"),
          "flow.accept", Set.of("flow.settle"),
          "flow.classify", Set.of(),
          "flow.guard", Set.of(),
          "flow.interpret", Set.of(),
          "flow.keys", Set.of(),
          "flow.outbound", Set.of("flow.keys", "flow.relay"),
          "flow.relay", Set.of(),
          "flow.settle", Set.of("flow.keys"));

  private static final Map<String, String> BANNED =
      Map.of(
          "Thread.sleep", "wait on the event loop's timer",
          "System.currentTimeMillis", "ask TimeSource",
          "Unpooled.copiedBuffer", "use the channel's allocator",
          "printStackTrace", "use the log",
          "System.getProperty", "ConfigLoader alone reads the surroundings",
          "System.getenv", "EnvOverlay alone reads the environment",
          ".toString(StandardCharsets", "no String of a body",
          "TODO", "finish it");

  private record Source(Path path, String text) {
    List<String> lines() {
      return text.lines().toList();
    }

    String name() {
      return path.getFileName().toString().replace(".java", "");
    }

    String room() {
      Path relative = ROOT.relativize(path);
      int depth = Math.min(relative.getNameCount() - 1, 2);
      return depth == 0 ? "" : relative.subpath(0, depth).toString().replace('/', '.');
    }

    long codeLines() {
      return lines().stream()
          .map(String::strip)
          .filter(l -> !l.isEmpty() && !l.startsWith("*") && !l.startsWith("/"))
          .filter(l -> !l.startsWith("import ") && !l.startsWith("package "))
          .count();
    }
  }

  @Test
  void filesAreShort() {
    check(
        source ->
            source.lines().size() > MAX_FILE_LINES
                ? source.lines().size() + " lines, at most " + MAX_FILE_LINES
                : null);
  }

  @Test
  void halfOfTheFilesAreVeryShort() {
    long[] sizes = sources().stream().mapToLong(s -> s.lines().size()).sorted().toArray();
    long median = sizes[sizes.length / 2];
    assertTrue(median <= MAX_MEDIAN_LINES, "median file has " + median + " lines");
  }

  @Test
  void onlyChannelHandlersAreCalledHandlersAndTheyAreSmall() {
    check(
        source -> {
          if (!source.name().endsWith("Handler")) {
            return null;
          }
          Pattern declared =
              Pattern.compile(
                  "class "
                      + source.name()
                      + "[^{]*(Handler|Adapter|Decoder|Codec|Initializer)\\w*[<\\s{]");
          if (!declared.matcher(source.text()).find()) {
            return "is called a handler and is none";
          }
          long lines = source.codeLines();
          return lines > MAX_HANDLER_LINES ? lines + " code lines in a handler" : null;
        });
  }

  @Test
  void methodsAreShort() {
    check(
        source -> {
          Matcher method = METHOD.matcher(source.text());
          while (method.find()) {
            int end = source.text().indexOf("\n" + method.group(1) + "}", method.end());
            long lines = source.text().substring(method.start(), end).lines().count() + 1;
            if (lines > MAX_METHOD_LINES) {
              return method.group(2) + " has " + lines + " lines";
            }
          }
          return null;
        });
  }

  @Test
  void constructorsTakeFewParameters() {
    check(
        source -> {
          Pattern constructor =
              Pattern.compile(
                  "^ {2}(?:public |private )?" + source.name() + "\\(([^;{}]*?)\\)[^;{}]*\\{$",
                  Pattern.MULTILINE);
          Matcher found = constructor.matcher(source.text());
          while (found.find()) {
            String bare = found.group(1).replaceAll("<[^()]*?>(?=\\s)|<.*?>>?", "");
            long parameters = bare.isBlank() ? 0 : bare.chars().filter(c -> c == ',').count() + 1;
            if (parameters > MAX_PARAMETERS) {
              return "a constructor with " + parameters + " parameters";
            }
          }
          return null;
        });
  }

  @Test
  void typesHaveNamesThatSayWhatTheyAre() {
    check(
        source -> {
          Matcher type = TYPE.matcher(source.text());
          while (type.find()) {
            if (BAD_NAME.matcher(type.group(1)).matches()) {
              return "type name " + type.group(1);
            }
          }
          return null;
        });
  }

  @Test
  void roomsLookOnlyWhereTheyMay() {
    check(LayoutTest::forbiddenImports);
  }

  private static String forbiddenImports(Source source) {
    String room = source.room();
    if (room.isEmpty()) {
      return null;
    }
    Set<String> bad = new TreeSet<>();
    Matcher imports = IMPORT.matcher(source.text());
    while (imports.find()) {
      String[] parts = imports.group(1).split("\\.");
      String other = String.join(".", Arrays.copyOf(parts, Math.min(2, parts.length)));
      boolean own = other.equals(room) || other.startsWith("base");
      boolean side =
          (room.startsWith("side") || room.equals("command")) && other.equals("flow.keys");
      if (!own && !side && !ALLOWED.getOrDefault(room, Set.of()).contains(other)) {
        bad.add(other);
      }
    }
    return bad.isEmpty() ? null : "imports " + bad;
  }

  @Test
  void bannedCallsAreNotMade() {
    check(
        source -> {
          String code = source.text().replaceAll("(?s)/\\*.*?\\*/|//[^\n]*", "");
          List<String> found = new ArrayList<>();
          BANNED.forEach(
              (call, instead) -> {
                boolean surroundings =
                    call.equals("System.getenv") && source.name().equals("EnvOverlay");
                if (code.contains(call) && !surroundings) {
                  found.add(call + ": " + instead);
                }
              });
          return found.isEmpty() ? null : String.join("; ", found);
        });
  }

  @Test
  void everyPackageIsDescribedAndNullMarked() {
    Set<Path> folders = new TreeSet<>();
    sources().forEach(s -> folders.add(s.path().getParent()));
    for (Path folder : folders) {
      String text = read(folder.resolve("package-info.java"));
      assertTrue(
          text.contains("@NullMarked") && text.startsWith("/**"),
          folder + " lacks its description");
    }
  }

  private static void check(Function<Source, String> rule) {
    List<String> problems = new ArrayList<>();
    for (Source source : sources()) {
      String problem = rule.apply(source);
      if (problem != null) {
        problems.add(ROOT.relativize(source.path()) + ": " + problem);
      }
    }
    assertTrue(problems.isEmpty(), String.join("\n", problems));
  }

  private static List<Source> sources() {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(f -> f.toString().endsWith(".java"))
          .map(f -> new Source(f, read(f)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
