package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("browser")
class BrowserTest {
  @Test
  void showsAPageOfTheGateway() throws Exception {
    try (Rig rig = Rig.of(1);
        Browser browser = Browser.start()) {
      browser.go(rig.gateway().url() + "/health");
      browser.seeText("body", "ok");
      browser.resize(390, 800);
      assertTrue(browser.asked().stream().anyMatch(url -> url.endsWith("/health")));
      browser.picture("health");
      browser.assertClean("127.0.0.1:" + rig.port(), "favicon.ico");
    }
  }
}
