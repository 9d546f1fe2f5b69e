package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.sim.Errors;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files for Prometheus and Grafana speak of what there is. */
@Tag("once")
class MonitoringFilesTest {
  private static final Path CONFIG = Path.of("../config");
  private static final Path NOTHING = Path.of("/dev/null");
  private static final Path DASHBOARD = CONFIG.resolve("grafana/gemini-relay.json");
  private static final Pattern NAME =
      Pattern.compile("\\b(?:gemini_relay|api|jvm|process)_[a-z0-9_]+");

  @TempDir Path folder;

  private Path copied() throws Exception {
    for (String name : List.of("prometheus.yml", "alerts.yml")) {
      Files.copy(CONFIG.resolve("prometheus").resolve(name), folder.resolve(name));
    }
    try (InputStream tests = getClass().getResourceAsStream("/alerts-test.yml")) {
      Files.copy(tests, folder.resolve("alerts-test.yml"));
    }
    return folder;
  }

  private static void assertPasses(Promtool.Result result) {
    assertEquals(0, result.code(), result::output);
  }

  @Test
  void prometheusTakesThem() throws Exception {
    Path files = copied();
    assertPasses(Promtool.run(files, NOTHING, "check", "config", "prometheus.yml"));
    assertPasses(Promtool.run(files, NOTHING, "check", "rules", "alerts.yml"));
  }

  @Test
  void alertsFireWhenTheyShouldAndNotBefore() throws Exception {
    assertPasses(Promtool.run(copied(), NOTHING, "test", "rules", "alerts-test.yml"));
  }

  @Test
  void everyAlertIsTried() throws Exception {
    String rules = Files.readString(CONFIG.resolve("prometheus/alerts.yml"));
    String tests = Files.readString(copied().resolve("alerts-test.yml"));
    Matcher alert = Pattern.compile("alert: (\\w+)").matcher(rules);
    Set<String> untried = new TreeSet<>();
    while (alert.find()) {
      if (!tests.matches("(?s).*\\b" + alert.group(1) + "\\b.*")) {
        untried.add(alert.group(1));
      }
    }
    assertEquals(Set.of(), untried);
  }

  @Test
  void theDescriptionNamesEveryMetric() throws Exception {
    String text = Files.readString(Path.of("../config/monitoring.md"));
    int begin = text.indexOf("| Metric | Labels | |");
    String table = text.substring(begin, text.indexOf("\n\n", begin));
    Set<String> told = new TreeSet<>();
    Matcher name = Pattern.compile("`((?:gemini_relay|api)_[a-z0-9_]+)`").matcher(table);
    while (name.find()) {
      told.add(name.group(1));
    }
    Set<String> there = new TreeSet<>();
    for (String each : pageAfterTraffic().names()) {
      if (each.startsWith("gemini_relay_") || each.startsWith("api_")) {
        there.add(each.replaceAll("_(bucket|count|sum)$", ""));
      }
    }
    // What has no rows while there are no exits.
    there.add("gemini_relay_exit_state");
    assertEquals(there, told);
  }

  /** Serves, repeats, lets wait, refuses; then there is a page that has every metric. */
  private static Scrape pageAfterTraffic() throws Exception {
    try (Rig rig =
        Rig.of(
            GeminiSimulator.plain(new FakeTime()),
            "limits: {gemini-2.5-flash: {rpm: 4}},",
            2,
            "clients: [{name: c, token: the-token-of-a-client, max_concurrent: 9}]")) {
      String[] client = {"Authorization", "Bearer the-token-of-a-client"};
      assertEquals(200, rig.post(Rig.STREAM, Rig.BODY, client).status());
      rig.script().next(2, Errors.internal500());
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, client).status());
      assertEquals(401, rig.post(Rig.UNARY, Rig.BODY).status());
      Rig.await(
          () -> Scrape.of(rig.port()).value("gemini_relay_event_loop_delay_seconds_count") > 0,
          "a look at the event loops");
      return Scrape.of(rig.port());
    }
  }

  @Test
  void everyMetricOfTheAlertsAndTheDashboardIsOnThePage() throws Exception {
    Set<String> there = pageAfterTraffic().names();
    Set<String> named = new TreeSet<>();
    List<String> expressions = new ArrayList<>(alertExpressions());
    expressions.addAll(dashboardExpressions());
    assertTrue(expressions.size() > 60, expressions::toString);
    for (String expression : expressions) {
      Matcher name = NAME.matcher(expression.replaceAll("\"[^\"]*\"", "\"\""));
      while (name.find()) {
        named.add(name.group());
      }
    }
    assertTrue(named.size() > 30, named::toString);
    // What has no rows while there are no exits.
    there.add("gemini_relay_exit_state");
    named.removeAll(there);
    assertEquals(Set.of(), named);
  }

  @Test
  void everyLabelThatTheAlertsNameExists() throws Exception {
    String page = pageAfterTraffic().text();
    for (String label : List.of("outcome", "reason", "route", "status", "result", "model")) {
      assertTrue(page.contains(label + "=\""), label);
    }
  }

  @Test
  void thePageIsAsPrometheusWantsIt() throws Exception {
    Path page = folder.resolve("page.txt");
    Scrape scrape = pageAfterTraffic();
    Files.writeString(page, scrape.text());
    Promtool.Result result = Promtool.run(folder, page, "check", "metrics");
    String ours =
        String.join(
            "\n",
            result
                .output()
                .lines()
                .filter(line -> line.startsWith("gemini_relay") || line.startsWith("api_"))
                .toList());
    assertEquals("", ours);
    assertFalse(result.output().contains("error"), result::output);
    for (String name : scrape.names()) {
      String family = name.replaceAll("_(bucket|count|sum)$", "");
      boolean told =
          scrape.text().contains("# HELP " + name + " ")
              || scrape.text().contains("# HELP " + family + " ");
      assertTrue(told, name + " has no help");
    }
  }

  @Test
  void theDashboardHasNoTwoPanelsOfOneNumber() throws Exception {
    Set<Integer> ids = new TreeSet<>();
    try (JsonParser json = new JsonFactory().createParser(DASHBOARD.toFile())) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME && "id".equals(json.currentName())) {
          // Panels have numbers; what else has an id here has a name.
          if (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            assertTrue(ids.add(json.getIntValue()), "panel " + json.getIntValue());
          }
        }
      }
    }
    assertTrue(ids.size() > 30);
  }

  private static List<String> dashboardExpressions() throws Exception {
    List<String> found = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(DASHBOARD.toFile())) {
      while (json.nextToken() != null) {
        boolean asks =
            json.currentToken() == JsonToken.VALUE_STRING
                && ("expr".equals(json.currentName()) || "query".equals(json.currentName()));
        if (asks) {
          found.add(json.getText());
        }
      }
    }
    return found;
  }

  private static List<String> alertExpressions() throws Exception {
    List<String> found = new ArrayList<>();
    try (InputStream in = Files.newInputStream(CONFIG.resolve("prometheus/alerts.yml"))) {
      collect(new Yaml(new SafeConstructor(new LoaderOptions())).load(in), found);
    }
    return found;
  }

  private static void collect(Object node, List<String> expressions) {
    if (node instanceof List<?> list) {
      list.forEach(each -> collect(each, expressions));
    } else if (node instanceof java.util.Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (name.equals("expr")) {
              expressions.add(value.toString());
            } else {
              collect(value, expressions);
            }
          });
    }
  }
}
