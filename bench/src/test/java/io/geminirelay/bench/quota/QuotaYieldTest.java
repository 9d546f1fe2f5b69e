package io.geminirelay.bench.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the gateway to what it promises of quotas, by the short form of the simulation: no clock,
 * no chance but the seed.
 */
@Tag("once")
class QuotaYieldTest {
  private static final long SEED = 1;

  private static Simulation simulation(String name) {
    return simulation(name, SEED);
  }

  private static Simulation simulation(String name, long seed) {
    return Scenario.quick().stream()
        .filter(scenario -> scenario.name().equals(name))
        .map(scenario -> new Simulation(scenario, seed))
        .findFirst()
        .orElseThrow();
  }

  private static void assertYield(Outcome of, Outcome possible, double least, double mostRefused) {
    assertTrue(of.yieldOf(possible) >= least, () -> "yield " + of.yieldOf(possible) + ": " + of);
    assertTrue(
        of.refusedOfHundred() <= mostRefused, () -> "refused " + of.refusedOfHundred() + ": " + of);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "free, day binds",
        "free, requests bind",
        "free, tokens bind",
        "paid, steady below",
        "paid, bursts",
        "free, hog"
      })
  void turnsQuotasIntoAnswersAndAvoidsRefusals(String name) {
    Simulation simulation = simulation(name);
    Outcome possible = simulation.oracle(Simulation.WAIT_SECONDS);
    Outcome known = simulation.gateway(Knowledge.KNOWN, Simulation.WAIT_SECONDS);
    assertYield(known, possible, 99, 1);
    Outcome unknown = simulation.gateway(Knowledge.UNKNOWN, Simulation.WAIT_SECONDS);
    assertYield(unknown, possible, 97, 5);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 'free, day binds'",
    "2, 'free, day binds'",
    "3, 'free, day binds'",
    "1, 'free, requests bind'",
    "2, 'free, requests bind'",
    "3, 'free, requests bind'",
    "1, 'paid, steady below'",
    "1, 'paid, bursts'",
    "1, 'free, hog'",
    "2, 'free, hog'"
  })
  void refusesNobodyWhileAProjectHasRoom(long seed, String name) {
    Outcome known = simulation(name, seed).gateway(Knowledge.KNOWN, Simulation.WAIT_SECONDS);
    assertEquals(0, known.withRoom(), known::toString);
  }

  @Test
  void refusesNobodyWhileTokensAreKnownToBeLeft() {
    Simulation simulation = simulation("free, tokens bind");
    Outcome known = simulation.gateway(Knowledge.KNOWN, Simulation.WAIT_SECONDS);
    assertEquals(0, known.withKnownRoom(), known::toString);
    Outcome unknown = simulation.gateway(Knowledge.UNKNOWN, Simulation.WAIT_SECONDS);
    assertTrue(unknown.withKnownRoom() * 1_000 < unknown.clientRefusals(), unknown::toString);
  }

  /**
   * Large requests in bursts, and one in thousands beside a hog: guesses too high hold them back.
   */
  @ParameterizedTest
  @CsvSource({"2, 'paid, bursts'", "3, 'paid, bursts'", "3, 'free, hog'"})
  void refusesNextToNobodyWhileRoomIsKnownToBeLeft(long seed, String name) {
    Outcome known = simulation(name, seed).gateway(Knowledge.KNOWN, Simulation.WAIT_SECONDS);
    assertTrue(known.withKnownRoom() * 1_000 <= known.clientRefusals(), known::toString);
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3})
  void refusesNextToNobodyWhileTokensAreKnownToBeLeft(long seed) {
    Outcome known =
        simulation("free, tokens bind", seed).gateway(Knowledge.KNOWN, Simulation.WAIT_SECONDS);
    assertTrue(known.withKnownRoom() * 1_000 < known.clientRefusals(), known::toString);
    assertTrue(known.withRoom() * 25 < known.clientRefusals(), known::toString);
  }

  @Test
  void leavesSmallClientsTheirShareBesideAHog() {
    Outcome known = simulation("free, hog").gateway(Knowledge.KNOWN, Simulation.WAIT_SECONDS);
    assertTrue(known.worstShare() >= 0.97, known::toString);
  }

  @Test
  void refusesUpstreamLessThanOlderBehaviours() {
    Simulation simulation = simulation("paid, bursts");
    Outcome known = simulation.gateway(Knowledge.KNOWN, 0);
    Outcome next = simulation.older(RateLimitBehavior.RETRY_NEXT_KEY);
    Outcome blocked = simulation.older(RateLimitBehavior.BLOCK_UNTIL_RESET);
    assertTrue(next.refusedOfHundred() > 10 * known.refusedOfHundred(), next::toString);
    assertTrue(blocked.answered() < known.answered() / 2, blocked::toString);
  }

  @Test
  void givesTheSameNumbersForTheSameSeed() {
    Outcome once = simulation("paid, bursts").gateway(Knowledge.UNKNOWN, Simulation.WAIT_SECONDS);
    Outcome again = simulation("paid, bursts").gateway(Knowledge.UNKNOWN, Simulation.WAIT_SECONDS);
    assertEquals(once.withoutTime(), again.withoutTime());
  }
}
