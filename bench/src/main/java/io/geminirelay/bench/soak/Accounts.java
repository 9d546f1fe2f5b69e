package io.geminirelay.bench.soak;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Holds what clients counted against metrics, log and upstreams: each request once in each, and the
 * same of it everywhere.
 */
final class Accounts {
  /** An answer may go out whole and be lost on the way of its client alone. */
  private static final Map<Ledger.Result, Set<String>> OUTCOMES =
      Map.of(
          Ledger.Result.SERVED, Set.of("served"),
          Ledger.Result.BROKEN, Set.of("broken"),
          Ledger.Result.REFUSED, Set.of("refused"),
          Ledger.Result.LEFT, Set.of("abandoned", "served", "broken"),
          // That it failed is told by itself; its line only has to be of the same.
          Ledger.Result.FAILED, Set.of("served", "broken", "refused", "abandoned"));

  private final Ledger ledger;
  private final List<LogFacts> logs;
  private final List<Scrape> pages;
  private final List<Chaos.Window> windows;
  private final Findings findings;

  Accounts(
      Ledger ledger,
      List<LogFacts> logs,
      List<Scrape> pages,
      List<Chaos.Window> windows,
      Findings findings) {
    this.ledger = ledger;
    this.logs = logs;
    this.pages = pages;
    this.windows = windows;
    this.findings = findings;
  }

  /**
   * Checks all of it.
   *
   * @param own requests of the soak itself to each gateway, which that answered by itself
   * @param brokenHeads that each gateway refused
   */
  void check(List<Long> own, List<Long> brokenHeads) {
    clients();
    broken();
    for (int i = 0; i < pages.size(); i++) {
      lines(i);
      metrics(i, own.get(i), brokenHeads.get(i));
    }
  }

  private void clients() {
    List<String> failed = new ArrayList<>();
    Map<Object, Long> results = new TreeMap<>();
    for (Ledger.Entry entry : ledger.all()) {
      results.merge(String.valueOf(entry.result()), 1L, Long::sum);
      if (entry.result() == null || entry.result() == Ledger.Result.FAILED) {
        failed.add(entry + " log: " + line(entry));
      }
    }
    findings.noneInTime(
        "no client failed while a key, a way and a target were good", results.toString(), failed);
  }

  private String line(Ledger.Entry entry) {
    return String.valueOf(logs.get(entry.gateway).requests().get(entry.id));
  }

  /** An answer is broken for its client exactly where the upstream broke the last attempt. */
  private void broken() {
    List<String> wrong = new ArrayList<>();
    long poisoned = 0;
    long cut = 0;
    for (Ledger.Entry entry : ledger.all()) {
      if (entry.kind.leaves() || entry.result() == null) {
        continue;
      }
      List<Ledger.Arrival> arrivals = entry.arrivals();
      Ledger.Arrival last = arrivals.isEmpty() ? null : arrivals.get(arrivals.size() - 1);
      boolean mustBreak = last != null && last.toxin().breaks();
      boolean mayBreak = mustBreak || (last != null && wasCut(last, entry));
      boolean broke = entry.result() == Ledger.Result.BROKEN;
      if (broke && mustBreak) {
        poisoned++;
      } else if (broke && mayBreak) {
        cut++;
      }
      if ((broke && !mayBreak) || (mustBreak && entry.result() == Ledger.Result.SERVED)) {
        wrong.add(entry + " log: " + line(entry));
      }
    }
    findings.noneInTime(
        "answers broke off exactly where an upstream or exit broke them",
        poisoned + " by an upstream, " + cut + " by a lost exit or connection",
        wrong);
  }

  private boolean wasCut(Ledger.Arrival last, Ledger.Entry entry) {
    return windows.stream()
        .anyMatch(
            window ->
                window.group().equals(last.group())
                    && last.nanos() <= window.to()
                    && entry.endNanos() >= window.from());
  }

  private void lines(int gateway) {
    Map<Integer, List<LogFacts.Line>> requests = logs.get(gateway).requests();
    List<String> wrong = new ArrayList<>();
    Map<String, Long> notArrived = new TreeMap<>();
    long attempts = 0;
    long arrivals = 0;
    long refused = 0;
    for (Ledger.Entry entry : ledger.all()) {
      if (entry.gateway != gateway || !entry.kind.upstream()) {
        continue;
      }
      List<LogFacts.Line> lines = requests.getOrDefault(entry.id, List.of());
      if (isUntaken(entry)) {
        refused++;
        continue;
      }
      if (lines.size() != 1 || !agrees(entry, lines.get(0))) {
        wrong.add(entry + " log: " + lines);
        continue;
      }
      List<String> tried = lines.get(0).attempts();
      attempts += tried.size();
      arrivals += entry.arrivals().size();
      String lost = lost(entry, tried, notArrived);
      if (!lost.isEmpty()) {
        wrong.add(lost + ": " + entry + " log: " + lines);
      }
    }
    long told = pages.get(gateway).sum("gemini_relay_client_connections_refused_total");
    if (refused > told) {
      wrong.add(refused + " requests without a line, but refused connections: " + told);
    }
    findings.none(
        "gateway " + gateway + ": one line for each request, as its client saw it",
        "%d lines, %d attempts, %d arrived, others %s, connections refused %d, %d with a request"
            .formatted(requests.size(), attempts, arrivals, notArrived, told, refused),
        wrong);
  }

  /** Whether it failed before anything of it was read: the gateway did not take its connection. */
  private boolean isUntaken(Ledger.Entry entry) {
    return entry.result() == Ledger.Result.FAILED
        && entry.status() == 0
        && entry.arrivals().isEmpty()
        && !logs.get(entry.gateway).requests().containsKey(entry.id);
  }

  private static boolean agrees(Ledger.Entry entry, LogFacts.Line line) {
    Ledger.Result result = entry.result();
    return result != null
        && OUTCOMES.getOrDefault(result, Set.of()).contains(line.outcome())
        && (entry.status() == 0 || line.status() == 0 || entry.status() == line.status());
  }

  /** Attempts that no upstream saw, each of which must have ended on its way there; empty if so. */
  private static String lost(Ledger.Entry entry, List<String> tried, Map<String, Long> notArrived) {
    int missing = tried.size() - entry.arrivals().size();
    if (missing < 0) {
      return "more attempts arrived than were made";
    }
    List<String> onTheWay = tried.stream().filter(Accounts::endsOnTheWay).toList();
    if (missing > onTheWay.size()) {
      return "an attempt that ended at the upstream did not arrive there";
    }
    onTheWay.stream().limit(missing).forEach(each -> notArrived.merge(each, 1L, Long::sum));
    return "";
  }

  private static boolean endsOnTheWay(String outcome) {
    return outcome.startsWith("egress_")
        || outcome.startsWith("exit")
        || Set.of(
                "connect",
                "tls",
                "dns",
                "reset_before_answer",
                "not_processed",
                "stale_connection",
                "first_byte_timeout",
                "broken_answer",
                "pool_exhausted",
                "abandoned")
            .contains(outcome);
  }

  private void metrics(int gateway, long own, long brokenHeads) {
    Scrape page = pages.get(gateway);
    Map<String, Long> logged = new TreeMap<>();
    Map<String, Long> sent = new TreeMap<>();
    long trails = 0;
    for (List<LogFacts.Line> lines : logs.get(gateway).requests().values()) {
      for (LogFacts.Line line : lines) {
        logged.merge(line.outcome(), 1L, Long::sum);
        trails += line.attempts().size();
      }
    }
    long local = own;
    long strangers = 0;
    for (Ledger.Entry entry : ledger.all()) {
      if (entry.gateway == gateway && isUntaken(entry)) {
        continue;
      }
      if (entry.gateway == gateway && entry.kind.upstream()) {
        sent.merge(entry.kind.route(), 1L, Long::sum);
        strangers += entry.kind == Kind.STRANGER ? 1 : 0;
      } else if (entry.gateway == gateway) {
        local++;
      }
    }
    Map<String, Long> told = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    for (String outcome : List.of("served", "refused", "broken", "abandoned")) {
      long known = sumOfClients(page, "outcome=\"" + outcome + "\"");
      told.put(outcome, known + (outcome.equals("refused") ? strangers(page) : 0));
      compare(wrong, "outcome " + outcome, logged.getOrDefault(outcome, 0L), told.get(outcome));
    }
    sent.forEach(
        (route, count) ->
            compare(
                wrong,
                "route " + route,
                count,
                sumOfClients(page, "route=\"" + route + "\"")
                    + (route.equals("native") ? strangers(page) : 0)));
    compare(wrong, "without a token", strangers, strangers(page));
    compare(wrong, "lines of no request of the load", brokenHeads, logs.get(gateway).unmarked());
    compare(
        wrong,
        "broken heads",
        brokenHeads,
        page.sum("gemini_relay_requests_total", "reason=\"bad_framing\""));
    compare(wrong, "attempts", trails, page.sum("gemini_relay_attempts_total"));
    long here = 0;
    for (String route : List.of("health", "health_detailed", "metrics", "admin")) {
      here += page.sum("gemini_relay_requests_total", "route=\"" + route + "\"");
    }
    compare(wrong, "answered by the gateway itself", local, here);
    findings.none(
        "gateway " + gateway + ": metrics count what clients, log and trails count",
        logged
            + " "
            + sent
            + " attempts "
            + trails
            + " own "
            + here
            + " broken heads "
            + brokenHeads,
        wrong);
  }

  private static void compare(List<String> wrong, String what, long expected, long told) {
    if (expected != told) {
      wrong.add(what + ": expected " + expected + ", told " + told);
    }
  }

  private static long sumOfClients(Scrape page, String label) {
    long sum = 0;
    for (String client : List.of("agents", "limited", "narrow")) {
      sum += page.sum("gemini_relay_requests_total", "client=\"" + client + "\"", label);
    }
    return sum;
  }

  private static long strangers(Scrape page) {
    return page.sum("gemini_relay_requests_total", "reason=\"unauthenticated\"");
  }
}
