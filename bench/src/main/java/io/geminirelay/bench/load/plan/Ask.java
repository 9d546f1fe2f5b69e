package io.geminirelay.bench.load.plan;

/**
 * One request, over and over; the upstream reads from the query what to answer.
 *
 * @param action method of the model, with the query
 * @param body what is sent
 * @param answerBytes length of the answer's body, where it is one whole
 * @param streams whether the answer is a stream of events
 */
public record Ask(String action, Body body, int answerBytes, boolean streams) {
  /** Bytes in what is counted as one MB. */
  public static final int MEGABYTE = 1 << 20;

  private static final int SMALL_ANSWER = 1024;

  /** 1 KB of JSON in and out. */
  public static Ask unary() {
    return upload(Body.SMALL);
  }

  /** {@code body} in, 1 KB out. */
  public static Ask upload(Body body) {
    return new Ask(":generateContent", body, SMALL_ANSWER, false);
  }

  /** 1 KB in, so many bytes out. */
  public static Ask download(int bytes) {
    return new Ask(":generateContent?bytes=" + bytes, Body.SMALL, bytes, false);
  }

  /** A stream of so many events as fast as they go, {@code each} of them in one write. */
  public static Ask fast(int events, int each) {
    return stream(events, each, 0);
  }

  /** A stream without an end, with an event each {@code paceMicros}. */
  public static Ask paced(int paceMicros) {
    return stream(Integer.MAX_VALUE, 1, paceMicros);
  }

  private static Ask stream(int events, int each, int paceMicros) {
    String query =
        ":streamGenerateContent?alt=sse&events=%d&each=%d&pace=%d"
            .formatted(events, each, paceMicros);
    return new Ask(query, Body.SMALL, 0, true);
  }

  /** Path and query for {@code model}. */
  public String path(String model) {
    return "/v1beta/models/" + model + action;
  }

  /** Whether MB are counted instead of requests. */
  public boolean large() {
    return Math.max(body.bytes(), answerBytes) >= MEGABYTE / 2;
  }

  /** MB that one request with its answer moves, in its larger direction. */
  public double megabytes() {
    return (double) Math.max(body.bytes(), answerBytes) / MEGABYTE;
  }
}
