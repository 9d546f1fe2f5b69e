package io.geminirelay.bench.quota;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Runs a scenario under one policy after the other, each from the same beginning and with the same
 * requests.
 */
final class Simulation {
  /** How long a request waits where waiting is on. */
  static final long WAIT_SECONDS = 20;

  private final Scenario scenario;
  private final long seed;
  private final List<Ask> asks;

  /** What a policy is built from. */
  record Parts(VirtualTime time, SimulatedGoogle google, Tally tally, Uplink uplink) {}

  Simulation(Scenario scenario, long seed) {
    this.scenario = scenario;
    this.seed = seed;
    this.asks = Arrivals.of(scenario, seed);
  }

  Scenario scenario() {
    return scenario;
  }

  int requests() {
    return asks.size();
  }

  /** What could be had where requests wait so long. */
  Outcome oracle(long waitSeconds) {
    int models = scenario.fleet().models().size();
    return run(
        "possible" + waiting(waitSeconds),
        Knowledge.KNOWN,
        parts -> new Oracle(parts, models, waitSeconds));
  }

  /** The gateway as it is meant to be used. */
  Outcome gateway(Knowledge knowledge, long waitSeconds) {
    return gateway(
        "gateway" + waiting(waitSeconds), knowledge, RateLimitBehavior.QUOTA_AWARE, waitSeconds);
  }

  /** The older behaviours, by the engine that still has them. */
  Outcome older(RateLimitBehavior behavior) {
    String name =
        behavior == RateLimitBehavior.RETRY_NEXT_KEY
            ? "[B] retry_next_key"
            : "[C] block_until_reset";
    return gateway(name, Knowledge.UNKNOWN, behavior, 0);
  }

  Outcome roundRobin() {
    return run(
        "plain round robin", Knowledge.UNKNOWN, parts -> new RoundRobin(parts, scenario.fleet()));
  }

  private Outcome gateway(
      String name, Knowledge knowledge, RateLimitBehavior behavior, long waitSeconds) {
    EngineConfig config =
        FleetConfig.load(scenario.fleet(), knowledge, behavior, waitSeconds, new Random(seed + 2));
    return run(name, knowledge, parts -> new Gateway(parts, scenario.fleet(), config, seed + 3));
  }

  private static String waiting(long seconds) {
    return seconds > 0 ? ", waiting " + seconds + " s" : ", no waiting";
  }

  private Outcome run(String name, Knowledge knowledge, Function<Parts, Policy> policy) {
    long begin = System.nanoTime();
    VirtualTime time = new VirtualTime(scenario.start());
    SimulatedGoogle google =
        new SimulatedGoogle(scenario.fleet(), time, new Random(seed + 4), scenario.bareShare());
    Tally tally = new Tally(scenario.clients(), (long) (scenario.seconds() * 1e9));
    Uplink uplink = new Uplink(time, google, tally, new Random(seed + 5));
    Policy chosen = policy.apply(new Parts(time, google, tally, uplink));
    new Agents(time, google, tally, new Random(seed + 6)).start(asks, chosen);
    time.run();
    return tally.outcome(name, knowledge, (System.nanoTime() - begin) / 1e9);
  }
}
