package io.geminirelay.bench.load.plan;

/**
 * How many requests can be under way.
 *
 * @param connections of the clients
 * @param each requests at once on one of them; more than one with HTTP/2 alone
 */
public record Slots(int connections, int each) {
  /** One request at a time on each. */
  public static Slots of(int connections) {
    return new Slots(connections, 1);
  }

  /** In all. */
  public int count() {
    return connections * each;
  }
}
