package io.geminirelay.command;

import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lays a snapshot out as lines of text, the most important first. Pure.
 *
 * <p>Names come from requests and configurations: what a terminal would obey is made visible before
 * anything else, and colours are added last.
 */
final class StatusView {
  private static final int MOST_MODELS = 8;
  private static final int MOST_EXITS = 6;
  private static final double MINUTE_SECONDS = 60;

  private final URI gateway;
  private final boolean colours;

  StatusView(URI gateway, boolean colours) {
    this.gateway = gateway;
    this.colours = colours;
  }

  private record Line(String text, Paint paint) {}

  /** A screen of {@code rows} and {@code columns}; {@code lost} says why there is no news. */
  List<String> screen(@Nullable Snapshot last, @Nullable String lost, int columns, int rows) {
    List<Line> lines = new ArrayList<>();
    if (lost != null) {
      lines.add(new Line("gateway lost: " + Table.printable(lost) + "; trying again", Paint.RED));
    }
    if (last == null) {
      lines.add(new Line("gemini-relay " + gateway + (lost == null ? " ..." : ""), Paint.BOLD));
    } else {
      lines.addAll(lines(last));
    }
    int room = Math.max(1, rows - 1);
    List<String> shown = new ArrayList<>();
    for (Line line : lines.subList(0, Math.min(lines.size(), room))) {
      shown.add(line.paint().on(Table.cut(line.text(), columns), colours));
    }
    if (rows > 1) {
      shown.add(Paint.DIM.on(Table.cut("q quits", columns), colours));
    }
    return shown;
  }

  /** All of it, however long: for a file or a pipe. */
  List<String> whole(Snapshot snapshot) {
    return lines(snapshot).stream().map(line -> line.paint().on(line.text(), colours)).toList();
  }

  private List<Line> lines(Snapshot snapshot) {
    List<Line> lines = new ArrayList<>(head(snapshot.overview()));
    add(lines, groups(snapshot.groups()), 1);
    add(lines, keys(snapshot.keys()), 2);
    add(lines, exits(snapshot.exits()), 1);
    add(lines, breakers(snapshot.breakers()), 1);
    add(lines, models(snapshot.models()), -1);
    return lines;
  }

  private List<Line> head(Json overview) {
    Json minute = overview.at("last_minute");
    Json keys = overview.at("keys");
    String status = overview.text("status");
    List<Line> lines = new ArrayList<>();
    lines.add(
        line(
            Paint.BOLD,
            "gemini-relay %s  %s  up %s  %s",
            overview.text("version"),
            gateway,
            Shown.seconds(overview.number("uptime_seconds")),
            Shown.time(overview.text("now"))));
    lines.add(line(Paint.of(status), "status    %s", Shown.text(status)));
    lines.add(
        line(
            Paint.PLAIN,
            "traffic   %s requests/s   in flight %s   waiting %s   connections %s",
            Shown.rate(minute.number("requests") / MINUTE_SECONDS),
            Shown.count(overview.number("in_flight")),
            Shown.count(overview.number("waiting")),
            Shown.count(overview.number("connections"))));
    lines.add(
        line(
            Paint.PLAIN,
            "a minute  %s served   %s refused   %s failed   %s abandoned   %s attempts",
            Shown.count(minute.number("served")),
            Shown.count(minute.number("refused")),
            Shown.count(minute.number("failed")),
            Shown.count(minute.number("abandoned")),
            Shown.count(minute.number("attempts"))));
    lines.add(
        line(
            Paint.PLAIN,
            "tokens/m  %s in (%s cached)   %s out   %s thought",
            Shown.count(minute.number("prompt_tokens")),
            Shown.count(minute.number("cached_tokens")),
            Shown.count(minute.number("output_tokens")),
            Shown.count(minute.number("thought_tokens"))));
    lines.add(
        line(
            Paint.PLAIN,
            "latency   p50 %s   p99 %s   first byte p50 %s   p99 %s",
            Shown.millis(minute.number("p50_ms")),
            Shown.millis(minute.number("p99_ms")),
            Shown.millis(minute.number("first_byte_p50_ms")),
            Shown.millis(minute.number("first_byte_p99_ms"))));
    lines.add(keyCounts(keys, overview.text("capacity_returns_at")));
    return lines;
  }

  private static Line keyCounts(Json keys, String returns) {
    return line(
        keys.number("available") > 0 ? Paint.PLAIN : Paint.RED,
        "keys      %s: %s available   %s cooling   %s failing   %s invalid   %s disabled%s",
        Shown.count(keys.number("total")),
        Shown.count(keys.number("available")),
        Shown.count(keys.number("cooling")),
        Shown.count(keys.number("failing")),
        Shown.count(keys.number("invalid")),
        Shown.count(keys.number("disabled")),
        returns.isEmpty() ? "" : "   capacity returns " + Shown.time(returns));
  }

  private static Line line(Paint paint, String format, Object... values) {
    return new Line(Table.printable(String.format(Locale.ROOT, format, values)), paint);
  }

  /** Adds a table below a blank line; the column {@code state} says which colour a row has. */
  private static void add(List<Line> lines, List<String[]> rows, int state) {
    if (rows.size() < 2) {
      return;
    }
    Table table = new Table(rows.get(0));
    rows.subList(1, rows.size()).forEach(table::row);
    List<String> texts = table.lines();
    lines.add(new Line("", Paint.PLAIN));
    lines.add(new Line(texts.get(0), Paint.BOLD));
    for (int i = 1; i < texts.size(); i++) {
      boolean stateful = state >= 0 && !rows.get(0)[state].equals("KEYS");
      lines.add(new Line(texts.get(i), stateful ? Paint.of(rows.get(i)[state]) : Paint.PLAIN));
    }
  }

  private static List<String[]> groups(List<Json> groups) {
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "GROUP", "KEYS", "AVAILABLE", "COOLING", "FAILING", "INVALID", "DISABLED", "TARGET"
        });
    for (Json group : groups) {
      Json states = group.at("states");
      rows.add(
          new String[] {
            group.text("name"),
            Shown.count(group.number("keys")),
            count(states, "available"),
            count(states, "cooling"),
            count(states, "failing"),
            count(states, "invalid"),
            count(states, "disabled"),
            group.text("target")
          });
    }
    return rows;
  }

  private static String count(Json states, String name) {
    double number = states.number(name);
    return Double.isNaN(number) ? "0" : Shown.count(number);
  }

  /** Those that need somebody come first, then those that come back soonest. */
  private static List<String[]> keys(List<Json> keys) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"KEY", "BACK IN", "STATE", "REASON", "MODEL", "HEALTH"});
    keys.stream()
        .sorted(
            Comparator.<Json, Integer>comparing(StatusView::rank)
                .thenComparing(key -> orEnd(key.number("seconds_left")))
                .thenComparing(key -> key.text("name")))
        .forEach(
            key ->
                rows.add(
                    new String[] {
                      key.text("name"),
                      Shown.seconds(key.number("seconds_left")),
                      key.text("state"),
                      Shown.text(key.text("reason")),
                      Shown.text(key.text("model")),
                      Shown.share(key.number("health"))
                    }));
    return rows;
  }

  private static int rank(Json key) {
    return switch (key.text("state")) {
      case "invalid" -> 0;
      case "failing" -> 1;
      default -> 2;
    };
  }

  private static double orEnd(double number) {
    return Double.isNaN(number) ? Double.MAX_VALUE : number;
  }

  private static List<String[]> exits(List<Json> exits) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"EXIT", "STATE", "REASON", "UNTIL", "FAILURES", "KEYS", "TARGET"});
    exits.stream()
        .sorted(Comparator.comparing(exit -> exit.text("state").equals("open")))
        .limit(MOST_EXITS)
        .forEach(
            exit ->
                rows.add(
                    new String[] {
                      exit.text("exit"),
                      exit.text("state"),
                      Shown.text(exit.text("reason")),
                      Shown.time(exit.text("until")),
                      Shown.count(exit.number("failures")),
                      Shown.count(exit.number("keys")),
                      exit.text("target")
                    }));
    return rows;
  }

  /** Only those that hold something up. */
  private static List<String[]> breakers(List<Json> breakers) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"BREAKER", "STATE", "MODEL", "UNTIL"});
    for (Json breaker : breakers) {
      addBreaker(rows, breaker.text("target"), breaker, "");
      for (Json model : breaker.at("models").elements()) {
        addBreaker(rows, breaker.text("target"), model, model.text("model"));
      }
    }
    return rows;
  }

  private static void addBreaker(List<String[]> rows, String target, Json breaker, String model) {
    if (!breaker.text("state").equals("admitting")) {
      rows.add(
          new String[] {
            target, breaker.text("state"), Shown.text(model), Shown.time(breaker.text("until"))
          });
    }
  }

  private static List<String[]> models(List<Json> models) {
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {
          "MODEL", "REQUESTS", "IN", "OUT", "P50", "FIRST", "ROOM", "OPEN", "COOLING", "RETURNS"
        });
    models.stream()
        .sorted(Comparator.comparing(model -> -orEnd(model.number("requests"))))
        .limit(MOST_MODELS)
        .forEach(
            model ->
                rows.add(
                    new String[] {
                      model.text("model"),
                      Shown.count(model.number("requests")),
                      Shown.count(model.number("prompt_tokens")),
                      Shown.count(model.number("output_tokens")),
                      Shown.millis(model.number("p50_ms")),
                      Shown.millis(model.number("first_byte_p50_ms")),
                      Shown.share(model.number("room")),
                      Shown.count(model.number("keys_open")),
                      Shown.count(model.number("keys_cooling")),
                      Shown.time(model.text("returns_at"))
                    }));
    return rows;
  }
}
