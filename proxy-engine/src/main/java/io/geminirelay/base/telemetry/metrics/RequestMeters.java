package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.TokenCounts;
import io.geminirelay.base.telemetry.Settled;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts requests and tokens by who asked for what and how it ended.
 *
 * <p>The counters of a client, model and group are found by three look-ups; the labels of a counter
 * are put together once. Thread safe.
 */
@SuppressWarnings("EnumOrdinal") // places in arrays of this process, stored nowhere
final class RequestMeters {
  private static final Route[] ROUTES = Route.values();
  private static final Outcome[] OUTCOMES = Outcome.values();
  private static final FaultKind[] FAULTS = FaultKind.values();

  private static final String[] TOKEN_KINDS = {
    "prompt", "cached", "output", "thoughts", "tool_use"
  };

  /** Beyond these names of clients, of all configurations so far, one label has to do. */
  private static final int MOST_CLIENTS = 1000;

  private final Counter requests;
  private final Counter tokens;
  private final Map<String, Map<String, Pair>> clients = new ConcurrentHashMap<>();

  RequestMeters(PrometheusRegistry registry) {
    requests =
        Forms.counter(
                "gemini_relay_requests_total",
                "Requests that ended, by how they did. The group is that of the key asked last,"
                    + " the reason that of the gateway's own refusal.")
            .labelNames("route", "model", "client", "group", "outcome", "reason")
            .register(registry);
    tokens =
        Forms.counter(
                "gemini_relay_tokens_total",
                "Tokens as Google counted them in answers. Cached ones are part of the prompt's;"
                    + " thoughts are not part of the output's.")
            .labelNames("kind", "model", "client")
            .register(registry);
  }

  /** Counts {@code settled}, whose model and group have these labels. */
  void count(Settled settled, String model, String group) {
    Pair pair = pair(settled.client(), model);
    Tally tally = pair.groups.get(group);
    if (tally == null) {
      tally = pair.groups.computeIfAbsent(group, pair::tally);
    }
    FaultKind fault = settled.fault();
    tally
        .of(code(settled.route(), settled.outcome(), fault == null ? 0 : fault.ordinal() + 1))
        .inc();
    TokenCounts counts = settled.tokens();
    if (counts != null) {
      count(pair.tokens, 0, counts.prompt());
      count(pair.tokens, 1, counts.cached());
      count(pair.tokens, 2, counts.output());
      count(pair.tokens, 3, counts.thoughts());
      count(pair.tokens, 4, counts.toolUse());
    }
  }

  private static void count(Tally tokens, int kind, long count) {
    if (count > 0) {
      tokens.of(kind).inc(count);
    }
  }

  private Pair pair(String client, String model) {
    Map<String, Pair> models = clients.get(client);
    if (models == null) {
      String label = clients.size() < MOST_CLIENTS ? client : ModelNames.OTHER;
      models = clients.computeIfAbsent(label, x -> new ConcurrentHashMap<>());
    }
    Pair known = models.get(model);
    return known != null
        ? known
        : models.computeIfAbsent(
            model, x -> new Pair(clients.containsKey(client) ? client : ModelNames.OTHER, model));
  }

  private static int code(Route route, Outcome outcome, int fault) {
    return (fault * ROUTES.length + route.ordinal()) * OUTCOMES.length + outcome.ordinal();
  }

  /** The counters of one client and model. */
  private final class Pair {
    private final String client;
    private final String model;
    private final Map<String, Tally> groups = new ConcurrentHashMap<>();
    private final Tally tokens;

    Pair(String client, String model) {
      this.client = client;
      this.model = model;
      this.tokens =
          new Tally(
              kind -> RequestMeters.this.tokens.labelValues(TOKEN_KINDS[kind], model, client));
    }

    Tally tally(String group) {
      return new Tally(
          code -> {
            Outcome outcome = OUTCOMES[code % OUTCOMES.length];
            Route route = ROUTES[code / OUTCOMES.length % ROUTES.length];
            int fault = code / OUTCOMES.length / ROUTES.length;
            return requests.labelValues(
                Words.of(route),
                model,
                client,
                group,
                Words.of(outcome),
                fault == 0 ? "" : FAULTS[fault - 1].reason());
          });
    }
  }
}
