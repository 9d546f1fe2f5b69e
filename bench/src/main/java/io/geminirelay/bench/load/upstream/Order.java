package io.geminirelay.bench.load.upstream;

/**
 * What a request wants, as its query says.
 *
 * @param events how many; 0: one whole answer
 * @param each events in one write
 * @param paceMicros time from one write to the next; 0: as fast as they go
 * @param bytes length of a whole answer
 */
record Order(int events, int each, int paceMicros, int bytes) {
  private static final int SMALL = 1024;

  /** Reads the path with the query. */
  static Order of(CharSequence path) {
    String text = path.toString();
    return new Order(
        number(text, "events=", 0),
        number(text, "each=", 1),
        number(text, "pace=", 0),
        number(text, "bytes=", SMALL));
  }

  /** Whether a stream is wanted. */
  boolean isStream() {
    return events > 0;
  }

  private static int number(String text, String name, int otherwise) {
    int from = text.indexOf(name);
    if (from < 0) {
      return otherwise;
    }
    from += name.length();
    int to = from;
    while (to < text.length() && Character.isDigit(text.charAt(to))) {
      to++;
    }
    return Integer.parseInt(text, from, to, 10);
  }
}
