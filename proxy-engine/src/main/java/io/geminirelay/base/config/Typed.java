package io.geminirelay.base.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Gives the values of one mapping their types; whatever does not fit is noted as a problem. */
final class Typed {
  private static final Pattern WHOLE = Pattern.compile("0|[1-9][0-9_]{0,17}");
  private static final Pattern DECIMAL = Pattern.compile("(0|[1-9][0-9]{0,11})?(\\.[0-9]{1,9})?");
  private static final Pattern SIZE =
      Pattern.compile("(0|[1-9][0-9]{0,8}) ?(B|KB|MB|GB|KiB|MiB|GiB)");
  private static final Map<String, Long> UNITS =
      Map.of(
          "B", 1L,
          "KB", 1_000L,
          "MB", 1_000_000L,
          "GB", 1_000_000_000L,
          "KiB", 1L << 10,
          "MiB", 1L << 20,
          "GiB", 1L << 30);

  private final ConfigTree tree;

  Typed(ConfigTree tree) {
    this.tree = tree;
  }

  /** A whole number from {@code least} to {@code most}. */
  long whole(String name, long least, long most, long otherwise) {
    Scalar scalar = tree.scalar(name);
    if (scalar == null) {
      return otherwise;
    }
    if (scalar.form().mayBe(Scalar.Form.NUMBER) && WHOLE.matcher(scalar.text()).matches()) {
      long value = Long.parseLong(scalar.text().replace("_", ""));
      if (value >= least && value <= most) {
        return value;
      }
    }
    String range =
        most == Long.MAX_VALUE ? "of at least " + least : "from " + least + " to " + most;
    refuse(scalar, "a whole number " + range);
    return otherwise;
  }

  /** {@link #whole} for values that fit an {@code int}. */
  int count(String name, int least, int most, int otherwise) {
    return Math.toIntExact(whole(name, least, most, otherwise));
  }

  /** A number from {@code least} to {@code most}, or null when it is absent. */
  @Nullable Double share(String name) {
    Scalar scalar = tree.scalar(name);
    BigDecimal value = scalar == null ? null : decimal(scalar);
    if (value != null && value.compareTo(BigDecimal.ONE) <= 0) {
      return value.doubleValue();
    }
    if (scalar != null) {
      refuse(scalar, "a number from 0.0 to 1.0");
    }
    return null;
  }

  /** Seconds, which may have a fraction. */
  Duration seconds(String name, long least, long most, Duration otherwise) {
    Scalar scalar = tree.scalar(name);
    if (scalar == null) {
      return otherwise;
    }
    BigDecimal value = decimal(scalar);
    if (value != null
        && value.compareTo(BigDecimal.valueOf(least)) >= 0
        && value.compareTo(BigDecimal.valueOf(most)) <= 0) {
      return Duration.ofNanos(value.movePointRight(9).longValue());
    }
    refuse(scalar, "seconds from " + least + " to " + most);
    return otherwise;
  }

  /** A number of bytes, plain or with a unit as in {@code 16MiB}. */
  long bytes(String name, long least, long most, long otherwise) {
    Scalar scalar = tree.scalar(name);
    if (scalar == null) {
      return otherwise;
    }
    long value = -1;
    var sized = SIZE.matcher(scalar.text());
    if (sized.matches() && scalar.form().mayBe(Scalar.Form.TEXT)) {
      long number = Long.parseLong(sized.group(1));
      value = number * UNITS.getOrDefault(sized.group(2), 1L);
    } else if (WHOLE.matcher(scalar.text()).matches() && scalar.form().mayBe(Scalar.Form.NUMBER)) {
      value = Long.parseLong(scalar.text().replace("_", ""));
    }
    if (value >= least && value <= most) {
      return value;
    }
    refuse(scalar, "bytes from " + least + " to " + most + ", as a number or like 16MiB");
    return otherwise;
  }

  /** {@code true} or {@code false}. */
  boolean truth(String name, boolean otherwise) {
    Scalar scalar = tree.scalar(name);
    if (scalar == null) {
      return otherwise;
    }
    if (scalar.form().mayBe(Scalar.Form.BOOLEAN)) {
      if (scalar.text().equals("true") || scalar.text().equals("false")) {
        return scalar.text().equals("true");
      }
    }
    refuse(scalar, "true or false");
    return otherwise;
  }

  /** Text that is not empty and holds no control character, or null when it is absent. */
  @Nullable Scalar text(String name) {
    return checkedText(tree.scalar(name), false);
  }

  /** {@link #text} for a setting that counts as absent when it is empty. */
  @Nullable Scalar optionalText(String name) {
    Scalar scalar = tree.scalar(name);
    return scalar == null || scalar.isEmptyText() ? null : checkedText(scalar, false);
  }

  /** The texts in a list. */
  List<Scalar> texts(String name) {
    return tree.scalars(name, false).stream()
        .filter(scalar -> checkedText(scalar, false) != null)
        .toList();
  }

  /** One of the names in {@code choices}. */
  <T> T choice(String name, Map<String, T> choices, T otherwise) {
    Scalar scalar = tree.scalar(name);
    if (scalar == null) {
      return otherwise;
    }
    T chosen = choices.get(scalar.text());
    if (chosen != null) {
      return chosen;
    }
    String nearest = NearestName.of(scalar.text(), choices.keySet());
    String expected = "one of " + String.join(", ", choices.keySet());
    tree.problems().add(new Problem(scalar.place(), Shown.plain(scalar.text()), expected, nearest));
    return otherwise;
  }

  /** {@code scalar} if it is text; otherwise null after a problem was noted. */
  @Nullable Scalar checkedText(@Nullable Scalar scalar, boolean secret) {
    if (scalar == null) {
      return null;
    }
    String shown = secret ? Shown.MASK : Shown.plain(scalar.text());
    if (!scalar.form().mayBe(Scalar.Form.TEXT)) {
      tree.problems().add(scalar.place(), shown, "text (write it in quotes)");
      return null;
    }
    if (scalar.text().isBlank() || scalar.text().chars().anyMatch(Character::isISOControl)) {
      String expected = "text without control characters, and not empty";
      tree.problems().add(scalar.place(), shown, expected);
      return null;
    }
    return scalar;
  }

  private void refuse(Scalar scalar, String expected) {
    tree.problems().add(scalar.place(), Shown.plain(scalar.text()), expected);
  }

  private static @Nullable BigDecimal decimal(Scalar scalar) {
    boolean fits = scalar.form().mayBe(Scalar.Form.NUMBER) && !scalar.text().isEmpty();
    return fits && DECIMAL.matcher(scalar.text()).matches() ? new BigDecimal(scalar.text()) : null;
  }
}
