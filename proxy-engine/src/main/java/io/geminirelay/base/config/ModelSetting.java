package io.geminirelay.base.config;

import java.util.regex.Pattern;

/** A model that the operator names, and that will be written in paths. Pure. */
final class ModelSetting {
  private static final String PREFIX = "models/";
  private static final Pattern NAME = Pattern.compile("(tunedModels/)?[A-Za-z0-9][A-Za-z0-9._-]*");

  private ModelSetting() {}

  /** The name without a {@code models/} prefix; adds a problem if no path can hold it. */
  static String of(Problems problems, Scalar model) {
    String text = model.text();
    String name = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
    if (!NAME.matcher(name).matches()) {
      String expected = "a model's name like gemini-2.5-flash, or tunedModels/NAME";
      problems.add(model.place(), Shown.plain(text), expected);
    }
    return name;
  }
}
