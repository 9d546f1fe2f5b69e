package io.geminirelay.bench.load.plan;

/**
 * What the clients do.
 *
 * @param label its name in options, JSON and pages
 * @param title what it is, for people
 * @param shape when requests are made
 * @param route the protocols
 * @param slots how many at once
 * @param ask what is asked
 */
public record Workload(String label, String title, Shape shape, Route route, Slots slots, Ask ask) {
  /** Sent by all clients; nginx and HAProxy pass it on unread. */
  public static final String TOKEN = "a-client-token-0123456789";

  /** What is counted. */
  public String unit() {
    if (shape.kind() == Shape.Kind.HELD) {
      return "stream";
    }
    if (ask.streams()) {
      return "event";
    }
    return ask.large() ? "MB" : "request";
  }

  /** How many units one whole answer is; of streams each event counts. */
  public double unitsPerAnswer() {
    return ask.large() ? ask.megabytes() : 1;
  }
}
