package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.sim.Errors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every view by day and night, on a desk and on a phone, and for who does not see it. */
@Tag("browser")
class DashboardLooksTest {
  private static final String[] VIEWS = {
    "overview", "keys", "models", "clients", "requests", "exits", "config"
  };
  private static final String LIGHTNESS =
      """
      const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
      return r + g + b;
      """;

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void isFitForDeskAndPhoneInBothThemes(String scheme) throws Exception {
    try (DashboardRig dashboard =
        DashboardRig.at(
            "overview",
            6,
            "clients: [{name: crawler, token: token-of-a-client-000000, requests_per_minute: 600}, {name: lab, token: token-of-a-client-000001}]")) {
      Browser browser = dashboard.browser();
      browser.prefer(scheme);
      busy(dashboard);
      long lightness = (Long) browser.run(LIGHTNESS);
      assertTrue(scheme.equals("dark") ? lightness < 200 : lightness > 600, scheme + lightness);
      List<String> cut = new ArrayList<>();
      for (String view : VIEWS) {
        browser.resize(1280, 900);
        dashboard.turnTo(view);
        assertEquals(List.of(), browser.faultsOfAccess(), view);
        assertEquals(List.of(), browser.sticksOut(), view + " at 1280 pixels");
        browser.cut().forEach(each -> cut.add(view + " at 1280 pixels: " + each));
        browser.picture(view + "-" + scheme);
        browser.resize(1000, 800);
        assertEquals(List.of(), browser.sticksOut(), view + " at 1000 pixels");
        browser.cut().forEach(each -> cut.add(view + " at 1000 pixels: " + each));
        browser.picture(view + "-" + scheme + "-tablet");
        browser.resize(390, 844);
        assertEquals(List.of(), browser.sticksOut(), view + " at 390 pixels");
        browser.cut().forEach(each -> cut.add(view + " at 390 pixels: " + each));
        assertEquals(List.of(), browser.faultsOfAccess(), view + " at 390 pixels");
        browser.picture(view + "-" + scheme + "-phone");
      }
      assertEquals(List.of(), cut);
      dashboard.assertClean();
    }
  }

  private static void busy(DashboardRig dashboard) {
    dashboard
        .rig()
        .script()
        .nextWithKey(1, Rig.key(0), Errors.tooManyRequestsPerDay("gemini-2.5-flash"))
        .nextWithKey(1, Rig.key(2), Errors.tooManyRequestsPerMinute("gemini-2.5-flash", 300));
    for (int i = 0; i < 12; i++) {
      dashboard
          .rig()
          .post(Rig.UNARY, Rig.BODY, "Authorization", "Bearer token-of-a-client-00000" + i % 2);
    }
  }

  @Test
  void changesTheThemeByASwitchThatIsRemembered() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("overview", 1)) {
      Browser browser = dashboard.browser();
      browser.prefer("light");
      long before = (Long) browser.run(LIGHTNESS);
      browser.until(
          "another theme",
          driver -> {
            browser.click("#theme-switch");
            return Math.abs((Long) browser.run(LIGHTNESS) - before) > 300 ? true : null;
          });
      browser.go("http://" + dashboard.authority() + "/admin/");
      dashboard.ready("overview");
      assertTrue(Math.abs((Long) browser.run(LIGHTNESS) - before) > 300);
      dashboard.assertClean();
    }
  }

  @Test
  void isUsableByKeyboardAlone() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("keys", 3)) {
      Browser browser = dashboard.browser();
      browser.run("document.querySelector('[data-table=keys] button[data-action=open]').focus();");
      browser.keys(org.openqa.selenium.Keys.ENTER);
      browser.see("#key-dialog");
      browser.until(
          "the focus is in the dialog",
          driver ->
              Boolean.TRUE.equals(
                      browser.run(
                          "return document.querySelector('#key-dialog').contains(document.activeElement);"))
                  ? true
                  : null);
      browser.keys(org.openqa.selenium.Keys.ESCAPE);
      browser.until(
          "the focus is back",
          driver ->
              "open".equals(browser.run("return document.activeElement.dataset.action;"))
                  ? true
                  : null);
      dashboard.assertClean();
    }
  }
}
