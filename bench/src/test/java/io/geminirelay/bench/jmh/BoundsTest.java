package io.geminirelay.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.geminirelay.bench.jmh.Bounds.InvalidBounds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BoundsTest {
  private static final Set<String> KNOWN = new TreeSet<>(Set.of("line", "unary"));

  @Test
  void readsNamesAndBytes() throws InvalidBounds {
    Bounds bounds = Bounds.parse("f", List.of("# why", "", "unary: 12", "line:1 # none"), KNOWN);
    assertEquals(Map.of("unary", 12L, "line", 1L), bounds.bytes());
  }

  @Test
  void namesEachBadLineAndWhatToDo() {
    List<String> lines = List.of("unary: 12", "line 7", "speed: 1", "unary: 13", "line: 1.5");
    assertEquals(
        List.of(
            "f:2: \"line 7\" is no bound: write NAME: BYTES, a whole number",
            "f:3: speed is not measured: remove the line; there are [line, unary]",
            "f:4: unary has a bound already: remove one of the two",
            "f:5: \"line: 1.5\" is no bound: write NAME: BYTES, a whole number",
            "f: no bound for [line]: add what scripts/bench --check --derive prints"),
        problems(lines));
  }

  private static List<String> problems(List<String> lines) {
    return assertThrows(InvalidBounds.class, () -> Bounds.parse("f", lines, KNOWN))
        .getMessage()
        .lines()
        .toList();
  }

  @Test
  void derivesWithSlackWhatItReadsAgain() throws InvalidBounds {
    Map<String, Double> measured = new LinkedHashMap<>();
    measured.put("unary", 1000.2);
    measured.put("line", 0.01);
    Bounds derived = Bounds.derive(measured);
    assertEquals(Map.of("unary", 1031L, "line", 1L), derived.bytes());
    assertEquals(derived, Bounds.parse("f", derived.text().lines().toList(), KNOWN));
  }

  @Test
  void fileHasABoundForAllThatIsGuarded() throws Exception {
    Set<String> names =
        Arrays.stream(Guarded.values()).map(Guarded::label).collect(Collectors.toSet());
    Path file = Path.of("allocations.yaml");
    Bounds bounds = Bounds.parse(file.toString(), Files.readAllLines(file), names);
    assertEquals(names, bounds.bytes().keySet());
  }
}
