package io.geminirelay.bench.quota;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The results as a table and as JSON. */
final class Report {
  /**
   * One line.
   *
   * @param scenario its name
   * @param outcome what came of it
   * @param possible what could have been had with the same waiting
   */
  record Row(String scenario, Outcome outcome, Outcome possible) {
    double yield() {
      return outcome.yieldOf(possible);
    }
  }

  private final List<Row> rows = new ArrayList<>();

  void add(Scenario scenario, Outcome outcome, Outcome possible) {
    rows.add(new Row(scenario.name(), outcome, possible));
  }

  static String explanation() {
    return """
        yield      answers for 100 of those that an oracle gives to the same clients: it sees Google's own
                   counts, needs no time to get there, and fills room at once with the first that fits, in the
                   order of arrival; its requests wait no longer than those of the policy
        tokens     the same for the input tokens of the answers
        refused    of 100 requests that reached Google
        room       refusals that clients got while a project had had room for the request all the last second,
                   those on their way counted / where that could be known: where room was left even if the
                   request, and those whose input Google had not counted yet, were as large as guessed
        fair       worst client's share of what was fair (no client gets more at the cost of one with less)
        wait       seconds from a client's first try to the attempt that was answered, mean and 99 %; pauses of
                   a refused client included
        """;
  }

  static String head(Simulation simulation) {
    Scenario of = simulation.scenario();
    return String.format(
        Locale.ROOT,
        "%n%s: %d projects, %d requests in %.1f h, %.1f times what the quotas carry%n"
            + "%-26s %-17s %8s %7s %7s %8s %15s %6s %7s %7s %6s%n",
        of.name(),
        of.fleet().projects().size(),
        simulation.requests(),
        of.hours(),
        of.load(),
        "policy",
        "limits",
        "answers",
        "yield",
        "tokens",
        "refused",
        "room",
        "fair",
        "wait",
        "99 %",
        "ran");
  }

  static String line(Row row) {
    Outcome of = row.outcome();
    return String.format(
        Locale.ROOT,
        "%-26s %-17s %8d %7.2f %7.2f %8.2f %7d/%7d %6.2f %7.2f %7.2f %5.1fs%n",
        of.policy(),
        of.knowledge().label(),
        of.answered(),
        row.yield(),
        of.tokenYield(row.possible()),
        of.refusedOfHundred(),
        of.withRoom(),
        of.withKnownRoom(),
        of.worstShare(),
        of.meanWait(),
        of.lateWait(),
        of.seconds());
  }

  String json(long seed) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeNumberField("seed", seed);
      json.writeArrayFieldStart("rows");
      for (Row row : rows) {
        write(json, row);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.append('\n').toString();
  }

  private static void write(JsonGenerator json, Row row) throws IOException {
    Outcome of = row.outcome();
    json.writeStartObject();
    json.writeStringField("scenario", row.scenario());
    json.writeStringField("policy", of.policy());
    json.writeStringField("knowledge", of.knowledge().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("asked", of.asked());
    json.writeNumberField("answered", of.answered());
    json.writeNumberField("possible", row.possible().answered());
    json.writeNumberField("yield", row.yield());
    json.writeNumberField("token_yield", of.tokenYield(row.possible()));
    json.writeNumberField("sent", of.sent());
    json.writeNumberField("refused", of.refused());
    json.writeNumberField("refused_of_hundred", of.refusedOfHundred());
    json.writeNumberField("client_refusals", of.clientRefusals());
    json.writeNumberField("client_refusals_with_room", of.withRoom());
    json.writeNumberField("client_refusals_with_room_at_the_moment", of.withKnownRoom());
    json.writeNumberField("worst_share", of.worstShare());
    json.writeNumberField("mean_wait_seconds", of.meanWait());
    json.writeNumberField("p99_wait_seconds", of.lateWait());
    json.writeEndObject();
  }
}
