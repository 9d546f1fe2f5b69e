package io.geminirelay.bench.soak;

import io.geminirelay.testing.sim.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was checked and how it came out. Not thread safe. */
final class Findings {
  private static final int MOST_SHOWN = 12;

  private final List<Finding> findings = new ArrayList<>();

  /**
   * One check.
   *
   * @param timely whether it can only hold where processes get time in time
   * @param look where it failed, what to look at
   */
  private record Finding(
      String name, boolean held, boolean timely, String figures, List<String> look) {}

  /** Notes a check with its figures; {@code look} is told where it did not hold. */
  void check(String name, boolean held, String figures, List<String> look) {
    note(name, held, false, figures, look);
  }

  private void note(String name, boolean held, boolean timely, String figures, List<String> look) {
    findings.add(new Finding(name, held, timely, figures, held ? List.of() : List.copyOf(look)));
  }

  /** Notes that a list has to be empty. */
  void none(String name, String figures, List<String> found) {
    check(name, found.isEmpty(), figures, found);
  }

  /** The same of what can only hold where processes get time in time. */
  void noneInTime(String name, String figures, List<String> found) {
    note(name, found.isEmpty(), true, figures, found);
  }

  boolean allHeld() {
    return findings.stream().allMatch(Finding::held);
  }

  /** What a run comes to. */
  enum Code {
    HELD(0),
    FAILED(1),
    /** Only such checks failed as fail on a machine that gives no time. */
    TOO_BUSY(2);

    private final int number;

    Code(int number) {
      this.number = number;
    }

    /** The exit code. */
    int number() {
      return number;
    }
  }

  /** What it comes to, where the machine was {@code tooBusy} or not. */
  Code code(boolean tooBusy) {
    if (allHeld()) {
      return Code.HELD;
    }
    boolean excused = tooBusy && findings.stream().allMatch(each -> each.held || each.timely);
    return excused ? Code.TOO_BUSY : Code.FAILED;
  }

  /** For people. */
  String table() {
    StringBuilder text = new StringBuilder("| check | | figures |\n| --- | --- | --- |\n");
    for (Finding each : findings) {
      text.append(
          "| %s | %s | %s |\n".formatted(each.name, each.held ? "ok" : "FAILED", each.figures));
    }
    for (Finding each : findings) {
      if (!each.held) {
        text.append("\nFAILED: ").append(each.name).append(": ").append(each.figures).append('\n');
        each.look.stream()
            .limit(MOST_SHOWN)
            .forEach(line -> text.append("  ").append(line).append('\n'));
        if (each.look.size() > MOST_SHOWN) {
          text.append("  and ").append(each.look.size() - MOST_SHOWN).append(" more\n");
        }
      }
    }
    return text.toString();
  }

  /** For programs. */
  String json(Map<String, Object> about) {
    List<Object> checks = new ArrayList<>();
    for (Finding each : findings) {
      checks.add(
          Json.object(
              "check", each.name, "held", each.held, "figures", each.figures, "look", each.look));
    }
    Map<String, Object> all = new LinkedHashMap<>(about);
    all.put("held", allHeld());
    all.put("checks", checks);
    return Json.write(all, Json.Style.PRETTY) + "\n";
  }
}
