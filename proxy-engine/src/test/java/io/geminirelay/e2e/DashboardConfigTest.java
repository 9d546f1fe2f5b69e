package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Settings as the operator sees and changes them, in a real browser. */
@Tag("browser")
class DashboardConfigTest {

  @Test
  void changesASettingAndShowsIt() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("config", 1)) {
      Browser browser = dashboard.browser();
      for (int i = 20; i < 25; i++) {
        browser.type("#config-path", "max_wait_secs");
        browser.type("#config-value", String.valueOf(i));
        browser.click("#config-form button[type=submit]");
        browser.seeText("#config-effective", "max_wait_secs: " + i);
        int messages = browser.all(".toast").size();
        assertTrue(messages <= 3, messages + " messages");
      }
      browser.type("#config-path", "max_wait_secs");
      browser.type("#config-value", "soon");
      browser.click("#config-form button[type=submit]");
      browser.seeText("#config-form .form-error", "max_wait_secs");
      browser.seeText("#config-effective", "max_wait_secs: 24");
      browser.picture("config-refused");
      dashboard.assertClean("422");
    }
  }

  @Test
  void theValueThatIsTypedAfterThePathIsTheOneThatIsSent() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("config", 1, "max_wait_secs: 24")) {
      Browser browser = dashboard.browser();
      browser.click("#config-path");
      browser.keys("max_wait_secs", Keys.TAB, "30");
      browser.seeText("#config-present", "24");
      browser.keys(Keys.ENTER);
      browser.seeText("#config-effective", "max_wait_secs: 30");
      browser.seeText("#config-present", "30");
      dashboard.assertClean();
    }
  }

  @Test
  void changesTheLevelOfALogger() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("config", 1)) {
      Browser browser = dashboard.browser();
      String level = "select[data-logger=access]";
      browser.choose(level, "WARN");
      browser.seeText(".toast", "access logs at WARN");
      browser.choose(level, "");
      browser.seeText(level + " option:checked", "As its parent");
      browser.choose("select[data-role=other-logger]", "io.geminirelay.Engine");
      browser.see("select[data-logger='io.geminirelay.Engine']");
      dashboard.assertClean();
    }
  }
}
