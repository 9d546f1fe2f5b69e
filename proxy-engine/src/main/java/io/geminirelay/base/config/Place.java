package io.geminirelay.base.config;

/**
 * Where a value was written.
 *
 * @param source file name, or {@code environment}
 * @param line from 1; 0 when the source has no lines
 * @param column from 1; 0 when the source has no lines
 * @param path name of the value, as in {@code groups[1].proxy_url}, or of the variable
 */
public record Place(String source, int line, int column, String path) {

  /** The source of values that come from variables. */
  static final String ENVIRONMENT = "environment";

  /** A variable of the environment. */
  static Place variable(String name) {
    return new Place(ENVIRONMENT, 0, 0, name);
  }

  /** The same position under another name. */
  Place named(String otherPath) {
    return new Place(source, line, column, otherPath);
  }

  /** {@code file:line:column: path}; parts that are not known are left out. */
  @Override
  public String toString() {
    String position = line > 0 ? source + ":" + line + ":" + column : source;
    return path.isEmpty() ? position : position + ": " + path;
  }
}
