package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong in a configuration is told, with its place. */
class ConfigMistakesTest extends ConfigLoaderCase {
  @Test
  void aWrongAliasIsToldWithItsPlace() {
    String yaml = "groups: [{name: a, api_keys: [k], model_aliases: [m, {m: n}, {x: }]}]";
    assertEquals(
        List.of("groups[0].model_aliases[1].m", "groups[0].model_aliases[2].x"),
        problems(yaml, Map.of()).stream().map(Problem::path).sorted().toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{chain: fast, fast: gemini-2.5-flash}",
        "{fast: ../../files}",
        "{fast: 'a b?key=x#y'}",
        "{fast: 'gemini:evil'}",
        "{tunedModels/x: gemini-2.5-pro}"
      })
  void anAliasStandsForAModelThatAPathCanHold(String aliases) {
    String yaml = "groups: [{name: a, api_keys: [k], model_aliases: %s}]";
    List<Problem> found = problems(yaml.formatted(aliases), Map.of());
    assertEquals(1, found.size(), found::toString);
    assertTrue(found.get(0).path().startsWith("groups[0].model_aliases"), found::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'server: {prot: 1}'|1|10|server.prot|port",
        "'serverr: {port: 1}'|1|1|serverr|server",
        "'server: {port: many}'|1|16|server.port|",
        "'server: {port: 70000}'|1|16|server.port|",
        "'upstream: {max_atempts: 3}'|1|12|upstream.max_atempts|max_attempts",
        "'daily_reset: noon'|1|14|daily_reset|",
        "'top_p: 2'|1|8|top_p|",
        "'server: {host: 0.0.0.0}'|1|10|server.host|",
        "'clients: [{name: c}]'|1|11|clients[0]|",
        "'redis_url: nowhere'|1|12|redis_url|",
        "'log_level: info\nlog_level: warn'|2|1|log_level|",
      })
  void aMistakeIsToldWithItsPlace(String text, int line, int column, String path, String nearest) {
    List<Problem> found = problems(text + "\n" + KEY, Map.of());
    assertEquals(1, found.size(), found.toString());
    Problem problem = found.get(0);
    assertEquals(path, problem.path(), problem.toString());
    assertEquals(line, problem.line(), problem.toString());
    assertEquals(column, problem.column(), problem.toString());
    assertEquals(nearest, problem.nearest(), problem.toString());
  }

  @Test
  void everyMistakeIsToldAtOnceInTheOrderOfTheFile() {
    String text =
        """
        server: {port: x, hots: 1}
        groups:
          - {name: a, target_url: "ftp://h", api_keys: [%1$s, %1$s]}
          - {name: a, proxy_url: "http://user:pass@", api_keys: [{key_env: NOT_SET}]}
        log_level: loud
        """
            .formatted(SECRET);
    List<Problem> found = problems(text, Map.of("chunk_token", "none"));
    assertEquals(
        List.of(
            "chunk_token",
            "server.port",
            "server.hots",
            "groups[0].target_url",
            "groups[0].api_keys[1]",
            "groups[1].name",
            "groups[1].proxy_url",
            "groups[1].api_keys[0].key_env",
            "log_level"),
        found.stream().map(Problem::path).toList(),
        found.toString());
    assertFalse(found.toString().contains("pass@"), found.toString());
  }

  @Test
  void noKeyAtAllTellsTheWaysToGiveOne() {
    String text = problems("server: {port: 1}\n", Map.of()).toString();
    assertTrue(text.contains("GEMINI_API_KEY") && text.contains("api_keys"), text);
  }

  @Test
  void aFileThatExplodesIsRefused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
      String previous = "*a" + (i - 1);
      bomb.append("a%d: &a%d [".formatted(i, i));
      bomb.append(String.join(", ", java.util.Collections.nCopies(9, previous))).append("]\n");
    }
    assertFalse(problems(bomb.toString(), Map.of()).isEmpty());
    assertFalse(problems("server: {port: 1\n", Map.of()).isEmpty());
  }

  @Test
  void openToAllHasToBeWrittenOut() throws Exception {
    EngineConfig config = load("auth: none\nserver: {host: 0.0.0.0}\n" + KEY, Map.of());
    assertTrue(config.openToAll());
    assertNull(config.server().tls());
  }
}
