package io.geminirelay.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 500ms}, {@code 2s} or {@code 1m}; a bare number means seconds. */
final class Interval implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})(ms|s|m)?");
  private static final Duration LEAST = Duration.ofMillis(100);

  @Override
  public Duration convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("\"" + text + "\" is no time like 500ms, 2s or 1m");
    }
    long number = Long.parseLong(form.group(1));
    Duration time =
        switch (form.group(2) == null ? "s" : form.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "m" -> Duration.ofMinutes(number);
          default -> Duration.ofSeconds(number);
        };
    if (time.compareTo(LEAST) < 0) {
      throw new TypeConversionException("at least 100ms");
    }
    return time;
  }
}
