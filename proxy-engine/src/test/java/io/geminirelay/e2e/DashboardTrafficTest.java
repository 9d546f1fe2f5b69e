package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.sim.Errors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Traffic as the operator sees it, in a real browser. */
@Tag("browser")
class DashboardTrafficTest {
  private static final String POINTS =
      """
      const canvas = document.querySelector(`[data-chart=${arguments[0]}] canvas`);
      return window.Chart.getChart(canvas).data.datasets[0].data.length;
      """;

  @Test
  void showsNoShareOfErrorsWhereNothingWasAsked() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("overview", 1)) {
      Browser browser = dashboard.browser();
      browser.until(
          "ten seconds without a request are drawn",
          driver -> (Long) browser.run(POINTS, "traffic") > 0 ? true : null);
      assertEquals(0L, browser.run(POINTS, "errors"));
      browser.seeText("[data-chart=errors] .chart-latest", "Errors –");
      browser.seeText("[data-chart=latency] .chart-latest", "p50 –");
      dashboard.assertClean();
    }
  }

  @Test
  void tellsWhyARequestWasTriedAgain() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("requests", 2)) {
      Browser browser = dashboard.browser();
      dashboard
          .rig()
          .script()
          .next(1, request -> true, Errors.tooManyRequestsPerMinute("gemini-2.5-flash", 300));
      assertEquals(200, dashboard.ask().status());
      dashboard.seeCell("requests", "gemini-2.5-flash", "attempts", "2"::equals);
      dashboard.seeCell("requests", "gemini-2.5-flash", "why", text -> text.length() > 10);
      browser.click("table[data-table=requests] button[data-action=open]");
      browser.seeText("#request-dialog [data-part=trail]", DashboardRig.keyName(0));
      browser.seeText("#request-dialog [data-part=trail]", DashboardRig.keyName(1));
      browser.seeText("#request-dialog [data-part=why]", "minute");
      browser.picture("why");
      dashboard.assertClean();
    }
  }

  @Test
  void movesWhileRequestsCome() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("overview", 3);
        DashboardRig.Load load = dashboard.load()) {
      Browser browser = dashboard.browser();
      browser.until(
          "requests on the tile",
          driver ->
              browser.all("[data-tile=requests]").stream()
                      .anyMatch(tile -> tile.getText().matches("(?s).*[1-9]\\d*.*/s.*"))
                  ? true
                  : null);
      String chart = "return document.querySelector('[data-chart] canvas').toDataURL();";
      Object before = browser.run(chart);
      browser.until(
          "another point in the chart", driver -> before.equals(browser.run(chart)) ? null : true);
      browser.picture("overview-light");
      dashboard.turnTo("models");
      dashboard.seeCell("models", "gemini-2.5-flash", "requests", text -> !text.equals("0"));
      browser.picture("models");
      assertTrue(load.served() > 0);
      dashboard.assertClean();
    }
  }

  @Test
  void showsMarkupAsText() throws Exception {
    String markup = "<img src=x onerror=window.harmed=1>";
    try (DashboardRig dashboard =
        DashboardRig.at(
            "requests",
            1,
            "clients: [{name: \"<i onclick=harm()>c</i>\", token: token-of-a-client-000000}]")) {
      Browser browser = dashboard.browser();
      String body =
          "{\"model\":\"" + markup + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
      dashboard.rig().post(Rig.CHAT, body, "Authorization", "Bearer token-of-a-client-000000");
      dashboard.seeCell("requests", "<i onclick", "model", text -> text.contains("<img src=x"));
      browser.click("table[data-table=requests] button[data-action=open]");
      browser.seeText("#request-dialog", "<img src=x");
      browser.click("#request-dialog button[data-action=close]");
      for (String view : new String[] {"models", "clients", "config", "exits", "overview"}) {
        dashboard.turnTo(view);
      }
      assertNull(browser.run("return window.harmed;"));
      assertEquals(0L, browser.run("return document.querySelectorAll('main img, main i').length;"));
      dashboard.assertClean();
    }
  }
}
