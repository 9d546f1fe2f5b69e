package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.side.admin.events.EventFeed;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.TestClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Many dashboards at once, and one that is used by keyboard while it changes. */
@Tag("browser")
class DashboardTabsTest {
  private static final String EVENTS = "/admin/api/events";

  @Test
  void onlyTheTabThatIsSeenHoldsAStream() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("keys", 2)) {
      Browser browser = dashboard.browser();
      String first = browser.tab();
      browser.see("#live-state[data-state=up]");
      // A browser opens six connections to a host; a seventh stream would wait for ever.
      for (int i = 0; i < 7; i++) {
        browser.openTab();
        dashboard.open("keys");
        dashboard.ready("keys");
        browser.see("#live-state[data-state=up]");
      }
      dashboard.press(0, "disable");
      dashboard.confirm();
      dashboard.seeCell(
          "keys", DashboardRig.keyName(0), "state", text -> text.contains("disabled"));
      browser.turnToTab(first);
      browser.see("#live-state[data-state=up]");
      dashboard.seeCell(
          "keys", DashboardRig.keyName(0), "state", text -> text.contains("disabled"));
      dashboard.assertClean();
    }
  }

  @Test
  void saysThatThereAreTooManyAndGoesOnNowAndThen() throws Exception {
    List<TestClient> listeners = new ArrayList<>();
    try (DashboardRig dashboard = DashboardRig.start(1)) {
      for (int i = 0; i < EventFeed.MAX_LISTENERS; i++) {
        TestClient listener = TestClient.connect(dashboard.rig().port());
        listeners.add(listener);
        listener.request(
            "GET", EVENTS, Header.list("Authorization", "Bearer " + DashboardRig.TOKEN), null);
        assertEquals(200, listener.begin().status());
      }
      Browser browser = dashboard.browser();
      dashboard.open("keys");
      dashboard.logIn(DashboardRig.TOKEN);
      dashboard.ready("keys");
      browser.see("#live-state[data-state=crowded]");
      browser.seeText("#lost", "Too many open dashboards");
      browser.picture("crowded");
      listeners.remove(0).abort();
      browser.click("#retry-now");
      browser.see("#live-state[data-state=up]");
      dashboard.assertClean("Failed to load resource");
    } finally {
      listeners.forEach(TestClient::close);
    }
  }

  @Test
  void theFocusStaysOnTheButtonThatWasPressed() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("keys", 2)) {
      Browser browser = dashboard.browser();
      focus(browser, "[data-table=keys] button[data-action=verify]");
      browser.keys(Keys.ENTER);
      browser.seeText(".toast", "works");
      seeFocus(browser, "verify");
      focus(browser, "[data-table=keys] button[data-action=open]");
      browser.keys(Keys.ENTER);
      focus(browser, "#key-dialog button[data-action=disable]");
      browser.keys(Keys.ENTER);
      dashboard.confirm();
      browser.see("#key-dialog button[data-action=enable]");
      seeFocus(browser, "enable");
      browser.keys(Keys.ENTER);
      browser.see("#key-dialog button[data-action=disable]");
      seeFocus(browser, "disable");
      dashboard.assertClean();
    }
  }

  private static void focus(Browser browser, String css) {
    browser.see(css);
    browser.run("document.querySelector(arguments[0]).focus();", css);
  }

  private static void seeFocus(Browser browser, String action) {
    browser.until(
        "the focus is on " + action,
        driver ->
            action.equals(browser.run("return document.activeElement.dataset.action;"))
                ? true
                : null);
  }
}
