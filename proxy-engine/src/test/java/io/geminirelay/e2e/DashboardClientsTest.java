package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Clients as the operator admits and revokes them, in a real browser. */
@Tag("browser")
class DashboardClientsTest {
  private static final String TWO =
      "clients: [{name: crawler, token: token-of-a-client-000000},"
          + " {name: lab, token: token-of-a-client-000001}]";

  private static void revoke(DashboardRig dashboard, String client, String told) {
    Browser browser = dashboard.browser();
    browser.click("tr[data-id=" + client + "] button[data-action=remove]");
    browser.seeText("#confirm-dialog", told);
    dashboard.confirm();
    browser.until(
        client + " is gone",
        driver -> browser.all("tr[data-id=" + client + "]").isEmpty() ? true : null);
  }

  @Test
  void saysWhoIsServedOnceTheLastIsRevoked() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("clients", 1, TWO)) {
      Browser browser = dashboard.browser();
      assertEquals(401, dashboard.ask().status());
      revoke(dashboard, "crawler", "Its token is refused");
      revoke(dashboard, "lab", "every program on the gateway's own machine is served");
      assertEquals(200, dashboard.ask().status());
      browser.seeText("[data-box=empty]", "are served without a token; others are refused");
      browser.picture("clients-none");
      browser.click("[data-box=empty] button[data-action=add]");
      browser.seeText("#add-client-dialog", "without a client's token are refused");
      browser.type("#add-client-dialog [name=name]", "crawler");
      browser.picture("add-client");
      browser.click("#add-client-dialog button[type=submit]");
      browser.see("#token-dialog");
      assertEquals(401, dashboard.ask().status());
      dashboard.assertClean();
    }
  }

  @Test
  void saysThatAllAreServedWhereTheConfigurationSaysSo() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("clients", 1, "auth: none")) {
      dashboard.browser().seeText("[data-box=empty]", "everybody who reaches the gateway");
      dashboard.assertClean();
    }
  }

  @Test
  void leadsToTheFieldThatIsWrong() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("clients", 1, TWO)) {
      Browser browser = dashboard.browser();
      browser.click(".view-tools button[data-action=add]");
      browser.type("#add-client-dialog [name=token]", "short");
      browser.type("#add-client-dialog [name=name]", "lab");
      browser.keys(Keys.ENTER);
      browser.seeText("#add-client-dialog .form-error", "lab");
      assertEquals(
          List.of("name", "true"),
          browser.run(
              "const e = document.activeElement; return [e.name, e.getAttribute('aria-invalid')];"));
      dashboard.assertClean("Failed to load resource");
    }
  }

  @Test
  void saysWhoIsRefusedFirstUnderLoad() throws Exception {
    try (DashboardRig dashboard =
        DashboardRig.at("clients", 1, TWO.replace("000001}", "000001, priority: high}"))) {
      Browser browser = dashboard.browser();
      dashboard.seeCell("clients", "crawler", "priority", "normal"::equals);
      dashboard.seeCell("clients", "lab", "priority", "high"::equals);
      browser.click(".view-tools button[data-action=add]");
      browser.type("#add-client-dialog [name=name]", "batch");
      assertEquals(
          "normal", browser.see("#add-client-dialog [name=priority]").getAttribute("value"));
      browser.choose("#add-client-dialog [name=priority]", "low");
      browser.click("#add-client-dialog button[type=submit]");
      browser.see("#token-dialog");
      browser.keys(Keys.ESCAPE);
      dashboard.seeCell("clients", "batch", "priority", "low"::equals);
      dashboard.assertClean();
    }
  }

  @Test
  void saysSinceWhenItHasNotBeenUpdated() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("clients", 1, TWO)) {
      Browser browser = dashboard.browser();
      browser.block("*/admin/api/clients*");
      browser.seeText("#main .stale", "Not updated since");
      browser.see("tr[data-id=lab]");
      browser.picture("clients-stale");
      browser.block();
      browser.until(
          "it is updated again",
          driver -> browser.all("#main .stale").get(0).isDisplayed() ? null : true);
      dashboard.assertClean("Failed to load resource");
    }
  }
}
