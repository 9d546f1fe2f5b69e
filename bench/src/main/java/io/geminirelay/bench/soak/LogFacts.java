package io.geminirelay.bench.soak;

import io.geminirelay.testing.sim.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a gateway's log tells: its lines of requests, and whatever should not be in it. */
final class LogFacts {
  private static final int MOST_KEPT = 20;

  private final Map<Integer, List<Line>> requests = new HashMap<>();
  private final List<String> troubles = new ArrayList<>();
  private final List<String> secrets = new ArrayList<>();
  private final List<String> leaks = new ArrayList<>();
  private long unmarked;

  /**
   * A request as the log tells it.
   *
   * @param outcome served, refused, broken or abandoned
   * @param attempts what became of each
   */
  record Line(String outcome, int status, List<String> attempts) {}

  /** Reads the whole log. */
  static LogFacts of(Path log) throws IOException {
    LogFacts facts = new LogFacts();
    try (BufferedReader reader = Files.newBufferedReader(log, StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        facts.take(line);
      }
    }
    return facts;
  }

  private void take(String line) {
    for (String secret : Setting.secrets()) {
      if (line.contains(secret)) {
        keep(secrets, line);
      }
    }
    if (line.contains("LEAK")) {
      keep(leaks, line);
    }
    Map<String, Object> members = members(line);
    if ("access".equals(members.get("logger"))) {
      request(members);
    } else if ("ERROR".equals(members.get("level"))
        || members.containsKey("exception")
        || (members.isEmpty() && line.matches("\\s*(at |Caused by|.*(Exception|Error)\\b).*"))) {
      keep(troubles, line);
    }
  }

  private static void keep(List<String> list, String line) {
    if (list.size() < MOST_KEPT) {
      list.add(line.substring(0, Math.min(line.length(), 600)));
    }
  }

  private static Map<String, Object> members(String line) {
    if (!line.startsWith("{")) {
      return Map.of();
    }
    try {
      return Json.map(Json.parse(line.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      return Map.of();
    }
  }

  private void request(Map<String, Object> members) {
    int id = Ledger.idIn(String.valueOf(members.get("id")));
    if (id < 0) {
      unmarked++;
      return;
    }
    List<String> attempts = new ArrayList<>(1);
    for (Object step : Json.list(members.get("trail"))) {
      attempts.add(String.valueOf(Json.map(step).get("outcome")).intern());
    }
    Object status = members.get("status");
    requests
        .computeIfAbsent(id, none -> new ArrayList<>(1))
        .add(
            new Line(
                String.valueOf(members.get("outcome")).intern(),
                status instanceof Number number ? number.intValue() : 0,
                attempts));
  }

  /** Lines by the number of the request. */
  Map<Integer, List<Line>> requests() {
    return requests;
  }

  /** Lines of requests that were none of the load. */
  long unmarked() {
    return unmarked;
  }

  /** Errors and stack traces. */
  List<String> troubles() {
    return troubles;
  }

  /** Lines with a key or token. */
  List<String> secrets() {
    return secrets;
  }

  /** Lines of the leak detector. */
  List<String> leaks() {
    return leaks;
  }
}
