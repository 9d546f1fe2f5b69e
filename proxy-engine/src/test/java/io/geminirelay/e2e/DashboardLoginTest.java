package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who gets to the dashboard, in a real browser. */
@Tag("browser")
class DashboardLoginTest {
  private static final String REFUSED = "Failed to load resource";

  @Test
  void opensForTheTokenAndClosesAtTheEnd() throws Exception {
    try (DashboardRig dashboard = DashboardRig.start(1)) {
      Browser browser = dashboard.browser();
      dashboard.open("keys");
      browser.see("#login-form");
      browser.picture("login");
      dashboard.logIn("a-wrong-token-000000000");
      browser.seeText("#login-error", "not the admin token");
      dashboard.logIn(DashboardRig.TOKEN);
      dashboard.ready("keys");
      dashboard.open("overview");
      dashboard.ready("overview");
      browser.see("#live-state[data-state=up]");
      browser.click("#logout");
      browser.see("#login-form");
      dashboard.open("keys");
      browser.see("#login-form");
      assertFalse(browser.all("#shell").get(0).isDisplayed());
      dashboard.assertClean(REFUSED);
    }
  }

  @Test
  void locksAnAddressOutAfterTooManyWrongTokens() throws Exception {
    try (DashboardRig dashboard =
        DashboardRig.start(
            1, "server.security: {max_login_attempts: 2, lockout_duration_secs: 600}")) {
      Browser browser = dashboard.browser();
      dashboard.open("overview");
      dashboard.logIn("a-wrong-token-000000000");
      browser.seeText("#login-error", "not the admin token");
      dashboard.logIn("a-wrong-token-000000001");
      browser.until(
          "the second refusal",
          driver -> browser.all("#login-error").get(0).getText().isEmpty() ? null : true);
      if (browser.all("#login-submit").get(0).isEnabled()) {
        dashboard.logIn(DashboardRig.TOKEN);
      }
      browser.seeText("#login-error", "Too many wrong tokens");
      assertFalse(browser.all("#login-submit").get(0).isEnabled());
      assertEquals("false", browser.all("#login-submit").get(0).getAttribute("aria-busy"));
      browser.picture("locked-out");
      // Nor does the page help who knows the token by now.
      dashboard.open("keys");
      browser.see("#login-form");
      dashboard.assertClean(REFUSED);
    }
  }

  @Test
  void offersTheLoginAgainOnceTheLockOutIsOver() throws Exception {
    try (DashboardRig dashboard =
        DashboardRig.start(
            1, "server.security: {max_login_attempts: 1, lockout_duration_secs: 4}")) {
      Browser browser = dashboard.browser();
      dashboard.open("overview");
      dashboard.logIn("a-wrong-token-000000000");
      browser.seeText("#login-error", "not the admin token");
      dashboard.logIn("a-wrong-token-000000001");
      browser.seeText("#login-error", "You may try again");
      browser.see("#login-submit[aria-busy=false]:enabled");
      dashboard.assertClean(REFUSED);
    }
  }

  @Test
  void tellsThatTheGatewayIsLostAndGoesOnWhenItIsBack() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("overview", 1)) {
      Browser browser = dashboard.browser();
      browser.see("#live-state[data-state=up]");
      int port = dashboard.rig().port();
      dashboard.rig().gateway().close();
      browser.see("#live-state[data-state=lost]");
      browser.see("#lost");
      browser.picture("lost");
      String yaml =
          "server: {port: %d, drain_timeout_secs: 5, admin_token: %s}\ngroups: [{name: g, target_url: \"http://127.0.0.1:1\", api_keys: [%s]}]"
              .formatted(port, DashboardRig.TOKEN, Rig.key(0));
      try (Gateway back = Gateway.start(yaml)) {
        assertEquals(port, back.port());
        // Sessions end with the process.
        browser.see("#login-form");
        dashboard.logIn(DashboardRig.TOKEN);
        dashboard.ready("overview");
        browser.see("#live-state[data-state=up]");
      }
    }
  }
}
