package io.geminirelay.base.config;

/**
 * One value as it was written, before it has a type.
 *
 * @param text the value
 * @param place where it stands
 * @param form what YAML takes it for; {@link Form#ANY} when it comes from a variable
 */
record Scalar(String text, Place place, Form form) {

  /** Whether it is text of no characters, as templates leave it where nothing was filled in. */
  boolean isEmptyText() {
    return text.isEmpty() && form.mayBe(Form.TEXT);
  }

  /** What YAML takes an unquoted value for. */
  enum Form {
    /** Quoted, or not like anything else. */
    TEXT,
    /** A number. */
    NUMBER,
    /** {@code true}, {@code false} and their like. */
    BOOLEAN,
    /** A date or something else that needs quotes to be text. */
    OTHER,
    /** Variables know no types. */
    ANY;

    boolean mayBe(Form wanted) {
      return this == ANY || this == wanted;
    }
  }

  @Override
  public String toString() {
    return "Scalar[" + place + "]";
  }
}
