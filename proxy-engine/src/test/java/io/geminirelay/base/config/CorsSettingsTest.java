package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the operator may say about pages of other origins. */
class CorsSettingsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "origins: ['https://a.b/']|server.cors.origins[0]|no slash at the end",
        "origins: ['https://a.b/path']|server.cors.origins[0]|no path",
        "origins: ['https://ok.example', a.b]|server.cors.origins[1]|scheme",
        "origins: ['https://A.b']|server.cors.origins[0]|small letters",
        "origins: ['https://a.b:443']|server.cors.origins[0]|standard",
        "origins: ['http://a.b:80']|server.cors.origins[0]|standard",
        "origins: ['null']|server.cors.origins[0]|for all",
        "origins: ['*', 'https://a.b']|server.cors.origins|alone",
        "{origins: ['*'], credentials: true}|server.cors.origins|single origins",
        "{allowed_headers: ['a b']}|server.cors.allowed_headers[0]|header",
        "{expose_headers: ['a,b']}|server.cors.expose_headers[0]|header",
        "{methods: [TRACE]}|server.cors.methods[0]|PATCH",
        "{max_age_secs: 100000}|server.cors.max_age_secs|86400",
      })
  void aMistakeAboutPagesIsToldWithItsRemedy(String cors, String path, String remedy) {
    String mapping = cors.startsWith("{") ? cors : "{" + cors + "}";
    String text = "auth: none\nserver: {cors: " + mapping + "}\n" + ConfigTexts.KEY;
    List<Problem> found = ConfigTexts.problems(folder, text, Map.of());
    assertEquals(1, found.size(), found.toString());
    assertEquals(path, found.get(0).path(), found.toString());
    assertTrue(found.get(0).expected().contains(remedy), found.toString());
  }

  @Test
  void everyPageMayCallOnlyWhereACredentialIsAskedForOrNoneIsWanted() throws Exception {
    String any = "server: {cors: {origins: ['*']}}\n" + ConfigTexts.KEY;
    List<Problem> found = ConfigTexts.problems(folder, any, Map.of());
    assertEquals(1, found.size(), found.toString());
    assertEquals("server.cors.origins", found.get(0).path());
    assertTrue(found.get(0).expected().contains("API_KEYS"), found.toString());
    assertTrue(ConfigTexts.load(folder, "auth: none\n" + any, Map.of()).guard().cors().anyOrigin());
    assertTrue(
        ConfigTexts.load(folder, any, Map.of("API_KEYS", "token")).guard().cors().anyOrigin());
  }

  @Test
  void pagesAreReadFromTheFile() throws Exception {
    CorsRules rules =
        ConfigTexts.load(
                folder,
                "server: {cors: {origins: ['https://a.b', 'http://[::1]:3000',"
                    + " 'chrome-extension://abc'], allowed_headers: [], expose_headers: [x-a],"
                    + " methods: [POST], max_age_secs: 5, credentials: true}}\n"
                    + ConfigTexts.KEY,
                Map.of())
            .guard()
            .cors();
    assertEquals(
        new CorsRules(
            List.of("https://a.b", "http://[::1]:3000", "chrome-extension://abc"),
            List.of(),
            List.of("POST"),
            List.of("x-a"),
            java.time.Duration.ofSeconds(5),
            true),
        rules);
    assertEquals(
        CorsRules.STANDARD, ConfigTexts.load(folder, ConfigTexts.KEY, Map.of()).guard().cors());
  }
}
