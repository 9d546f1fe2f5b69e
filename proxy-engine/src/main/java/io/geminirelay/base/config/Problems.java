package io.geminirelay.base.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong while a configuration is read, so that all of it is told at once. */
final class Problems {
  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  void add(Place place, String found, String expected) {
    errors.add(new Problem(place, found, expected));
  }

  void add(Problem problem) {
    errors.add(problem);
  }

  void warn(Place place, String found, String expected) {
    warnings.add(new Problem(place, found, expected));
  }

  List<Problem> warnings() {
    return List.copyOf(warnings);
  }

  /** Ends the loading if anything was wrong. */
  void throwIfAny() throws ConfigException {
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
  }
}
