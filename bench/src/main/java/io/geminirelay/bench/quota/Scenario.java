package io.geminirelay.bench.quota;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is simulated.
 *
 * @param name in the table
 * @param fleet the projects
 * @param shape how clients ask
 * @param load requests as a share of what the quotas carry for long
 * @param start the moment it begins; midnight, Pacific time, is where days' quotas begin
 * @param hours how long clients ask
 * @param clients number of clients
 * @param medianTokens median of the input tokens
 * @param spread standard deviation of their logarithm
 * @param bareShare share of refusals that tell nothing
 */
record Scenario(
    String name,
    Fleet fleet,
    Shape shape,
    double load,
    Instant start,
    double hours,
    int clients,
    double medianTokens,
    double spread,
    double bareShare) {

  /** What one client of {@link Shape#HOG} asks for. */
  static final double HOG_SHARE = 0.85;

  private static final Instant SUMMER = Instant.parse("2026-07-15T19:00:00Z");

  /** 03:00 Pacific: the day's quota runs out before midnight. */
  private static final Instant EARLY = Instant.parse("2026-07-15T10:00:00Z");

  /** An hour after midnight of the day that lacks the hour from two to three. */
  private static final Instant SPRING_DAY = Instant.parse("2026-03-08T09:00:00Z");

  private static final long NO_DAY_LIMIT = 10_000_000;

  /** How clients ask. */
  enum Shape {
    STEADY,
    BURSTS,
    DAY_CURVE,
    HOG
  }

  double seconds() {
    return hours * TimeUnit.HOURS.toSeconds(1);
  }

  private static Scenario of(String name, Fleet fleet, Shape shape, double load, double hours) {
    return new Scenario(name, fleet, shape, load, SUMMER, hours, 12, 2_500, 1.2, 0);
  }

  private Scenario from(Instant moment) {
    return new Scenario(
        name, fleet, shape, load, moment, hours, clients, medianTokens, spread, bareShare);
  }

  private Scenario tokens(double median, double width) {
    return new Scenario(name, fleet, shape, load, start, hours, clients, median, width, bareShare);
  }

  private Scenario bare(double share) {
    return new Scenario(
        name, fleet, shape, load, start, hours, clients, medianTokens, spread, share);
  }

  private Scenario longerBy(double factor) {
    return new Scenario(
        name, fleet, shape, load, start, hours * factor, clients, medianTokens, spread, bareShare);
  }

  /** All of them, over {@code days} times their usual length. */
  static List<Scenario> all(double days) {
    Fleet free = Fleet.free(12, 1_000, 250);
    Fleet minutes = Fleet.free(12, NO_DAY_LIMIT, NO_DAY_LIMIT);
    Fleet paid = Fleet.paid(6, NO_DAY_LIMIT);
    return List.of(
            of("free, day binds", free, Shape.STEADY, 1.3, 24).from(EARLY),
            of("free, day binds, clocks change", free, Shape.STEADY, 1.3, 24).from(SPRING_DAY),
            of("free, requests bind", minutes, Shape.STEADY, 1.3, 6),
            of("free, tokens bind", minutes, Shape.STEADY, 1.3, 6).tokens(12_000, 1.3),
            of("paid, steady below", paid, Shape.STEADY, 0.7, 1.5),
            of("paid, steady above", paid, Shape.STEADY, 1.3, 1.5),
            of("paid, bursts", paid, Shape.BURSTS, 0.7, 1.5),
            of("paid, bursts, bare refusals", paid, Shape.BURSTS, 1.0, 1.5).bare(0.1),
            of("paid with day limit, day curve", Fleet.paid(4, 10_000), Shape.DAY_CURVE, 0.9, 24),
            of("free, hog", minutes, Shape.HOG, 1.3, 6))
        .stream()
        .map(scenario -> scenario.longerBy(days))
        .toList();
  }

  /** A few short ones of all kinds: seconds of work. */
  static List<Scenario> quick() {
    Fleet free = Fleet.free(6, 200, 100);
    Fleet minutes = Fleet.free(6, NO_DAY_LIMIT, NO_DAY_LIMIT);
    Fleet paid = Fleet.paid(3, NO_DAY_LIMIT);
    return List.of(
        of("free, day binds", free, Shape.STEADY, 1.3, 24).from(EARLY),
        of("free, requests bind", minutes, Shape.STEADY, 1.3, 1),
        of("free, tokens bind", minutes, Shape.STEADY, 1.3, 1).tokens(12_000, 1.3),
        of("paid, steady below", paid, Shape.STEADY, 0.7, 0.25),
        of("paid, bursts", paid, Shape.BURSTS, 0.7, 0.25),
        of("free, hog", minutes, Shape.HOG, 1.3, 1));
  }
}
