package io.geminirelay.base.config;

import org.jspecify.annotations.Nullable;

/**
 * One mistake in the configuration. Holds no secret: values of secret settings are masked before
 * they get here.
 *
 * @param place where it is
 * @param found what is written there
 * @param expected what is allowed
 * @param nearest the valid name closest to an unknown one, or null
 */
public record Problem(Place place, String found, String expected, @Nullable String nearest) {

  Problem(Place place, String found, String expected) {
    this(place, found, expected, null);
  }

  /** Line in the file from 1, or 0. */
  public int line() {
    return place.line();
  }

  /** Column in the file from 1, or 0. */
  public int column() {
    return place.column();
  }

  /** Name of the value, as in {@code groups[1].proxy_url}, or of the environment variable. */
  public String path() {
    return place.path();
  }

  /** One line for people: place, value found, what is expected, nearest name. */
  @Override
  public String toString() {
    String text = place + ": found " + found + ", expected " + expected;
    return nearest == null ? text : text + "; did you mean " + nearest + "?";
  }
}
