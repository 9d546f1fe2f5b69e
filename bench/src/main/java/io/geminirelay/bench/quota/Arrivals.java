package io.geminirelay.bench.quota;

import io.geminirelay.flow.keys.TokenGuess;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Makes the requests of a scenario: who asks when for what, from a seed alone. */
final class Arrivals {
  private static final double MIN_TOKENS = 200;
  private static final double MAX_TOKENS = 200_000;
  private static final double MIN_SERVICE = 0.3;
  private static final double MAX_SERVICE = 20;

  /** The gateway's guess is wrong by this factor's logarithm, as a standard deviation. */
  private static final double GUESS_ERROR = 0.15;

  private final Scenario scenario;
  private final Random random;

  private Arrivals(Scenario scenario, long seed) {
    this.scenario = scenario;
    this.random = new Random(seed);
  }

  /** All requests of {@code scenario} in the order of time. */
  static List<Ask> of(Scenario scenario, long seed) {
    return new Arrivals(scenario, seed).make();
  }

  private List<Ask> make() {
    double mean = meanTokens();
    List<Ask> all = new ArrayList<>();
    for (int model = 0; model < scenario.fleet().models().size(); model++) {
      double rate = scenario.load() * scenario.fleet().perSecond(model, mean);
      for (int client = 0; client < scenario.clients(); client++) {
        add(all, client, model, rate * share(client));
      }
    }
    all.sort(Comparator.comparingLong(Ask::atNanos));
    return all;
  }

  private double meanTokens() {
    int samples = 20_000;
    double sum = 0;
    for (int i = 0; i < samples; i++) {
      sum += tokens();
    }
    return sum / samples;
  }

  private double share(int client) {
    if (scenario.shape() != Scenario.Shape.HOG) {
      return 1.0 / scenario.clients();
    }
    return client == 0 ? Scenario.HOG_SHARE : (1 - Scenario.HOG_SHARE) / (scenario.clients() - 1);
  }

  private void add(List<Ask> all, int client, int model, double rate) {
    Rate shape = Rate.of(scenario, random);
    double at = 0;
    while (true) {
      at += -Math.log(1 - random.nextDouble()) / (rate * shape.peak());
      if (at >= scenario.seconds()) {
        return;
      }
      if (random.nextDouble() < shape.at(at) / shape.peak()) {
        all.add(ask(client, model, at));
      }
    }
  }

  private Ask ask(int client, int model, double at) {
    long tokens = Math.round(tokens());
    double expected = tokens * Math.exp(GUESS_ERROR * random.nextGaussian());
    long guess = Math.max(1, TokenGuess.lean(Math.round(expected)));
    double service = Math.exp(Math.log(2) + 0.9 * random.nextGaussian());
    double seconds = Math.min(MAX_SERVICE, Math.max(MIN_SERVICE, service));
    return new Ask(client, model, nanos(at), tokens, guess, nanos(seconds));
  }

  private double tokens() {
    double size =
        Math.exp(Math.log(scenario.medianTokens()) + scenario.spread() * random.nextGaussian());
    return Math.min(MAX_TOKENS, Math.max(MIN_TOKENS, size));
  }

  private static long nanos(double seconds) {
    return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }
}
