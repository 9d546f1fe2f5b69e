package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.TokenCounts;
import io.geminirelay.base.telemetry.LoopCells;
import io.geminirelay.base.telemetry.Settled;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

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

  /** Beyond so many clients, models and groups that met, one label has to do for models. */
  private static final int MOST_ROWS = 2000;

  /** And beyond so many more, for clients as well. */
  private static final int MOST_OTHERS = 500;

  private final CounterFamily requests;
  private final CounterFamily tokens;
  private final Map<String, Map<String, Map<String, Row>>> clients = new ConcurrentHashMap<>();

  /** Written by those who hold this. */
  private volatile int rows;

  RequestMeters(PrometheusRegistry registry, Family.Room room) {
    requests =
        new CounterFamily(
            Forms.counter(
                "gemini_relay_requests_total",
                "Requests that ended, by how they did. The group is that of the key asked last,"
                    + " the reason that of the gateway's own refusal."),
            room,
            "route",
            "model",
            "client",
            "group",
            "outcome",
            "reason");
    tokens =
        new CounterFamily(
            Forms.counter(
                "gemini_relay_tokens_total",
                "Tokens as Google counted them in answers. Cached ones are part of the prompt's;"
                    + " thoughts are not part of the output's."),
            room,
            "kind",
            "model",
            "client");
    registry.register(requests);
    registry.register(tokens);
  }

  /**
   * Counts {@code settled}, whose model and group have these labels, for the loop of {@code mine}.
   */
  void count(LoopCells mine, Settled settled, String model, String group) {
    Row row = row(settled.client(), model, group);
    FaultKind fault = settled.fault();
    int code = code(settled.route(), settled.outcome(), fault == null ? 0 : fault.ordinal() + 1);
    mine.add(row.requests.of(code), 1);
    TokenCounts counts = settled.tokens();
    if (counts != null) {
      count(mine, row.tokens, 0, counts.prompt());
      count(mine, row.tokens, 1, counts.cached());
      count(mine, row.tokens, 2, counts.output());
      count(mine, row.tokens, 3, counts.thoughts());
      count(mine, row.tokens, 4, counts.toolUse());
    }
  }

  private static void count(LoopCells mine, CellTable tokens, int kind, long count) {
    if (count > 0) {
      mine.add(tokens.of(kind), count);
    }
  }

  /** Drops the counters of clients and groups that there are no more. */
  synchronized void forget(Set<String> goneClients, Set<String> goneGroups) {
    forgetRows(goneClients, goneGroups);
    requests.removeIf(
        labels -> goneClients.contains(labels.get(2)) || goneGroups.contains(labels.get(3)));
    tokens.removeIf(labels -> goneClients.contains(labels.get(2)));
    // What was found in between counts in rows that are shown no more.
    forgetRows(goneClients, goneGroups);
  }

  private void forgetRows(Set<String> goneClients, Set<String> goneGroups) {
    clients.keySet().removeAll(goneClients);
    int left = 0;
    for (Map<String, Map<String, Row>> models : clients.values()) {
      for (Map<String, Row> groups : models.values()) {
        groups.keySet().removeAll(goneGroups);
        left += groups.size();
      }
    }
    rows = left;
  }

  private Row row(String client, String model, String group) {
    Row known = find(client, model, group);
    if (known != null) {
      return known;
    }
    return rows < MOST_ROWS ? add(client, model, group) : rowOfOthers(client, group);
  }

  private Row rowOfOthers(String client, String group) {
    Row known = find(client, ModelNames.OTHER, group);
    if (known != null) {
      return known;
    }
    String label = rows < MOST_ROWS + MOST_OTHERS ? client : ModelNames.OTHER;
    Row shared = find(label, ModelNames.OTHER, group);
    return shared != null ? shared : add(label, ModelNames.OTHER, group);
  }

  private @Nullable Row find(String client, String model, String group) {
    Map<String, Map<String, Row>> models = clients.get(client);
    Map<String, Row> groups = models == null ? null : models.get(model);
    return groups == null ? null : groups.get(group);
  }

  private synchronized Row add(String client, String model, String group) {
    Row known = find(client, model, group);
    if (known != null) {
      return known;
    }
    Row made = new Row(client, model, group);
    clients
        .computeIfAbsent(client, x -> new ConcurrentHashMap<>())
        .computeIfAbsent(model, x -> new ConcurrentHashMap<>())
        .put(group, made);
    rows++;
    return made;
  }

  private static int code(Route route, Outcome outcome, int fault) {
    return (fault * ROUTES.length + route.ordinal()) * OUTCOMES.length + outcome.ordinal();
  }

  /** The counters of one client, model and group. */
  private final class Row {
    private final CellTable requests;
    private final CellTable tokens;

    Row(String client, String model, String group) {
      this.requests =
          new CellTable(
              code -> {
                Outcome outcome = OUTCOMES[code % OUTCOMES.length];
                Route route = ROUTES[code / OUTCOMES.length % ROUTES.length];
                int fault = code / OUTCOMES.length / ROUTES.length;
                return RequestMeters.this.requests.cell(
                    Words.of(route),
                    model,
                    client,
                    group,
                    Words.of(outcome),
                    fault == 0 ? "" : FAULTS[fault - 1].reason());
              });
      this.tokens =
          new CellTable(kind -> RequestMeters.this.tokens.cell(TOKEN_KINDS[kind], model, client));
    }
  }
}
