package io.geminirelay.base.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/** Reads a file to YAML nodes; no object of the file's choosing is ever made. */
public final class YamlText {
  private static final int LARGEST_BYTES = 4 << 20;
  private static final int MOST_ALIASES = 50;
  private static final int DEEPEST = 30;

  private YamlText() {}

  /** The text of {@code file}; empty after a problem. */
  static String read(Path file, String name, Problems problems) {
    Place place = new Place(name, 0, 0, "");
    try {
      if (Files.size(file) > LARGEST_BYTES) {
        problems.add(place, "a file of " + Files.size(file) + " bytes", "at most 4 MiB");
        return "";
      }
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      problems.add(place, "bytes that are not UTF-8", "a text file in UTF-8");
    } catch (IOException e) {
      problems.add(place, "no readable file", "a YAML file");
    }
    return "";
  }

  /**
   * The root node of {@code text}, whose marks count code points; null for an empty text.
   *
   * @param name of the file, for problems
   * @throws ConfigException if the text is not YAML
   */
  public static @Nullable Node compose(String text, String name) throws ConfigException {
    Problems problems = new Problems();
    Node root = compose(text, name, problems);
    problems.throwIfAny();
    return root;
  }

  /** {@link #compose(String, String)} that gives null after a problem. */
  static @Nullable Node compose(String text, String name, Problems problems) {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(MOST_ALIASES);
    options.setNestingDepthLimit(DEEPEST);
    options.setCodePointLimit(LARGEST_BYTES);
    try {
      // Not by Yaml, which makes ready for what is never done here, and looks for somebody to log
      // to.
      Parser parser = new ParserImpl(new StreamReader(text), options);
      return new Composer(parser, new Resolver(), options).getSingleNode();
    } catch (MarkedYAMLException e) {
      problems.add(place(name, e.getProblemMark()), "text that is not YAML", reason(e));
    } catch (YAMLException e) {
      // its message may quote the text, secrets and all
      problems.add(
          new Place(name, 0, 0, ""), "text that is not YAML", "plain YAML with few aliases");
    }
    return null;
  }

  private static Place place(String name, @Nullable Mark mark) {
    return mark == null
        ? new Place(name, 0, 0, "")
        : new Place(name, mark.getLine() + 1, mark.getColumn() + 1, "");
  }

  /** What the parser says, unless that quotes a part of the file. */
  private static String reason(MarkedYAMLException e) {
    String problem = e.getProblem();
    if (problem == null || problem.contains("alias")) {
      return "valid YAML (a value that begins with * or & needs quotes)";
    }
    boolean quoting = problem.contains("tag") || problem.contains("directive");
    return quoting
        ? "valid YAML (a value that begins with ! or % needs quotes)"
        : "valid YAML (" + problem + ")";
  }
}
