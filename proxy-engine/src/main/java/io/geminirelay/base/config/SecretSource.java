package io.geminirelay.base.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a secret setting {@code NAME}: written out, taken from the variable that {@code NAME_env}
 * names, or from the file that {@code NAME_file} names.
 *
 * <p>A relative file name starts at the configuration file's folder. A bare name is looked for in
 * the service manager's credentials directory first (systemd.exec(5), {@code LoadCredential=}).
 */
final class SecretSource {
  /** Variable that names the service manager's credentials directory. */
  static final String CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY";

  /** Other forms may be the secret itself, given under the wrong name. */
  private static final Pattern VARIABLE = Pattern.compile("[A-Z][A-Z0-9_]*");

  private static final int LARGEST_FILE_BYTES = 1 << 20;

  private static final String BY_VARIABLE = "_env";
  private static final String BY_FILE = "_file";

  private final Reading reading;

  SecretSource(Reading reading) {
    this.reading = reading;
  }

  /** The secret's text with the place it was given at, or null when absent or wrong. */
  @Nullable Scalar read(ConfigTree tree, String name) {
    return read(
        tree,
        name,
        tree.secretScalar(name),
        tree.scalar(name + BY_VARIABLE),
        tree.scalar(name + BY_FILE));
  }

  /** {@link #read} for a secret that may be left out; an empty text counts as absent. */
  @Nullable Scalar readOptional(ConfigTree tree, String name) {
    return read(
        tree,
        name,
        filled(tree.secretScalar(name)),
        filled(tree.scalar(name + BY_VARIABLE)),
        filled(tree.scalar(name + BY_FILE)));
  }

  /** Whether an optional secret is given in any way, be it a wrong one. */
  static boolean isGiven(ConfigTree tree, String name) {
    return filled(tree.secretScalar(name)) != null
        || filled(tree.scalar(name + BY_VARIABLE)) != null
        || filled(tree.scalar(name + BY_FILE)) != null;
  }

  private static @Nullable Scalar filled(@Nullable Scalar scalar) {
    return scalar == null || scalar.isEmptyText() ? null : scalar;
  }

  private @Nullable Scalar read(
      ConfigTree tree,
      String name,
      @Nullable Scalar plain,
      @Nullable Scalar variable,
      @Nullable Scalar file) {
    if (plain != null && plain.form() == Scalar.Form.ANY) {
      return new Typed(tree).checkedText(plain, true); // the environment comes before the file
    }
    List<Scalar> given = new ArrayList<>();
    addGiven(given, plain);
    addGiven(given, variable);
    addGiven(given, file);
    if (given.size() > 1) {
      String expected = "only one of " + name + ", " + name + BY_VARIABLE + ", " + name + BY_FILE;
      reading.problems().add(given.get(1).place(), "a second way to give the secret", expected);
      return null;
    }
    if (plain != null) {
      return new Typed(tree).checkedText(plain, true);
    }
    return variable != null ? fromVariable(tree, variable) : fromFile(tree, file);
  }

  /** Content of {@code name} in the credentials directory, or null when there is none. */
  @Nullable Scalar credential(String name) {
    Path file = credentialFile(name);
    return file == null ? null : content(file, new Place(file.toString(), 0, 0, name));
  }

  private static void addGiven(List<Scalar> given, @Nullable Scalar scalar) {
    if (scalar != null) {
      given.add(scalar);
    }
  }

  private @Nullable Scalar fromVariable(ConfigTree tree, Scalar scalar) {
    Scalar name = new Typed(tree).checkedText(scalar, false);
    if (name == null) {
      return null;
    }
    String value = reading.environment().get(name.text());
    if (value == null || value.isBlank()) {
      String expected = "the name of an environment variable that is set";
      String shown =
          VARIABLE.matcher(name.text()).matches() ? Shown.plain(name.text()) : Shown.MASK;
      reading.problems().add(name.place(), shown, expected);
      return null;
    }
    return new Scalar(value.strip(), name.place(), Scalar.Form.ANY);
  }

  private @Nullable Scalar fromFile(ConfigTree tree, @Nullable Scalar scalar) {
    Scalar name = new Typed(tree).checkedText(scalar, false);
    if (name == null) {
      return null;
    }
    Path file = credentialFile(name.text());
    return content(file != null ? file : resolve(reading.folder(), name.text()), name.place());
  }

  /** {@code name} below {@code folder}, unless it is absolute. */
  static Path resolve(Path folder, String name) {
    return folder.resolve(name).normalize();
  }

  private @Nullable Path credentialFile(String name) {
    String folder = reading.environment().get(CREDENTIALS_DIRECTORY);
    boolean bare = name.indexOf('/') < 0 && !name.equals("..");
    if (folder == null || folder.isEmpty() || !bare) {
      return null;
    }
    Path file = Path.of(folder, name);
    return Files.isRegularFile(file) ? file : null;
  }

  private @Nullable Scalar content(Path file, Place place) {
    boolean like = Shown.plain(String.valueOf(file.getFileName())).equals(Shown.MASK);
    String found = "the file " + (like ? Shown.MASK : file);
    reading.reads().accept(file);
    try {
      if (Files.size(file) > LARGEST_FILE_BYTES) {
        reading.problems().add(place, found, "a file of at most 1 MiB");
        return null;
      }
      String text = Files.readString(file).strip();
      if (!text.isEmpty()) {
        return new Scalar(text, place, Scalar.Form.ANY);
      }
      reading.problems().add(place, found + ", which is empty", "a file that holds the secret");
    } catch (CharacterCodingException e) {
      reading.problems().add(place, found + ", which is not UTF-8", "a text file");
    } catch (IOException e) {
      reading.problems().add(place, found, "a file that exists and can be read");
    }
    return null;
  }
}
