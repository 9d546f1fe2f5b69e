package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.edit.EditException.Kind;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Makes an edit in a YAML text and leaves every other byte as it is: comments, blank lines, order,
 * quotes, indentation, line ends.
 *
 * <p>The text is changed in place, where the parser says that its parts are, and never written
 * anew. What comes out is parsed again and has to be exactly the data that the edit means;
 * otherwise the edit is refused. Pure; thread safe.
 */
final class YamlEditor {
  private final Function<String, Map<String, Place>> keyPlaces;

  /**
   * An editor of one file.
   *
   * @param keyPlaces where a text gives each key, by fingerprint
   */
  YamlEditor(Function<String, Map<String, Place>> keyPlaces) {
    this.keyPlaces = keyPlaces;
  }

  /**
   * {@code text} with {@code edit}.
   *
   * @throws EditException if it does not fit, or could do harm; nothing is half done
   */
  String apply(String text, ConfigEdit edit) throws EditException {
    YamlDoc doc = YamlDoc.of(text);
    if (!(doc.data() instanceof Map<?, ?> data)) {
      throw new EditException(Kind.REFUSED, "the file is not a mapping of names to values");
    }
    List<Step> steps = new EditSteps(data, () -> keyPlaces.apply(text)).of(edit);
    String result = text;
    for (Step step : steps) {
      result = apply(YamlDoc.of(result), step);
    }
    return result;
  }

  private static String apply(YamlDoc doc, Step step) throws EditException {
    Object expected = doc.data();
    step.data(EditSteps.at(expected, step.path()));
    String result = step.text(doc);
    if (!YamlDoc.of(result).data().equals(expected)) {
      throw new EditException(
          Kind.REFUSED, "the file is laid out in a way that is too odd; change it by hand");
    }
    return result;
  }
}
