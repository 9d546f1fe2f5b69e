package io.geminirelay.testing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One header line as it was sent or is to be sent; order and repetition are kept by lists of it.
 */
public record Header(String name, String value) {

  /** Headers from alternating names and values. */
  public static List<Header> list(String... namesAndValues) {
    List<Header> headers = new ArrayList<>(namesAndValues.length / 2);
    for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
      headers.add(new Header(namesAndValues[i], namesAndValues[i + 1]));
    }
    return headers;
  }

  /** The value of the first header with this name, in any letter case, or null. */
  public static @Nullable String first(List<Header> headers, String name) {
    for (Header header : headers) {
      if (header.name.equalsIgnoreCase(name)) {
        return header.value;
      }
    }
    return null;
  }

  /** All values of this name, in order. */
  public static List<String> all(List<Header> headers, String name) {
    List<String> values = new ArrayList<>();
    for (Header header : headers) {
      if (header.name.equalsIgnoreCase(name)) {
        values.add(header.value);
      }
    }
    return values;
  }
}
