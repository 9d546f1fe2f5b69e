package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.sim.Errors;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keys as the operator sees and handles them, in a real browser. */
@Tag("browser")
class DashboardKeysTest {
  /** Keeps the list of the keys back, once it has come, until it is released. */
  private static final String HOLD_THE_KEYS =
      """
      const real = window.fetch;
      window.fetch = async (url, ...more) => {
        const answer = await real(url, ...more);
        if (new URL(url).pathname === '/admin/api/keys') {
          const list = await answer.clone().json();
          await new Promise(go => { window.release = go; window.held = list.keys[0].id; });
        }
        return answer;
      };
      import('/admin/assets/live.js').then(
        live => live.on('keys', ({keys}) => { window.told ||= keys?.some(k => k.state === 'disabled') || undefined; }));
      """;

  @Test
  void aKeyThatCoolsCountsDownToItsReturn() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("keys", 2)) {
      dashboard
          .rig()
          .script()
          .nextWithKey(1, Rig.key(0), Errors.tooManyRequestsPerMinute("gemini-2.5-flash", 300));
      for (int i = 0; i < 4; i++) {
        assertEquals(200, dashboard.ask().status());
      }
      String name = DashboardRig.keyName(0);
      dashboard.seeCell("keys", name, "state", text -> text.contains("cooling"));
      dashboard.seeCell("keys", name, "until", text -> text.matches(".*\\d.*"));
      String first = dashboard.cell("keys", name, "until").getText();
      dashboard.seeCell("keys", name, "until", text -> !text.equals(first));
      dashboard.seeCell(
          "keys", DashboardRig.keyName(1), "state", text -> text.contains("available"));
      dashboard.browser().picture("keys-cooling");
      dashboard.assertClean();
    }
  }

  @Test
  void disablesEnablesVerifiesAndResets() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("keys", 2)) {
      Browser browser = dashboard.browser();
      dashboard.press(0, "disable");
      browser.picture("confirm");
      dashboard.confirm();
      dashboard.seeCell(
          "keys", DashboardRig.keyName(0), "state", text -> text.contains("disabled"));
      long before = dashboard.rig().journal().countOf(Rig.key(0));
      for (int i = 0; i < 4; i++) {
        assertEquals(200, dashboard.ask().status());
      }
      assertEquals(before, dashboard.rig().journal().countOf(Rig.key(0)));
      dashboard.press(0, "enable");
      dashboard.seeCell(
          "keys", DashboardRig.keyName(0), "state", text -> text.contains("available"));
      dashboard.press(0, "verify");
      browser.seeText(".toast", "works");
      assertTrue(dashboard.rig().journal().countOf(Rig.key(0)) > before);

      dashboard
          .rig()
          .script()
          .nextWithKey(1, Rig.key(0), Errors.tooManyRequestsPerMinute("gemini-2.5-flash", 300));
      dashboard.ask();
      dashboard.ask();
      dashboard.seeCell("keys", DashboardRig.keyName(0), "state", text -> text.contains("cooling"));
      browser.until(
          "the key's name",
          driver -> {
            dashboard
                .cell("keys", DashboardRig.keyName(0), "name")
                .findElement(org.openqa.selenium.By.tagName("button"))
                .click();
            return true;
          });
      browser.seeText("#key-dialog", "gemini-2.5-flash");
      browser.picture("key");
      browser.click("#key-dialog button[data-action=reset]");
      dashboard.confirm();
      browser.seeText("#key-dialog .badge", "available");
      dashboard.assertClean();
    }
  }

  @Test
  void addsAKeyAndShowsItsTraffic() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("keys", 1)) {
      Browser browser = dashboard.browser();
      browser.click("button[data-action=add]");
      browser.type("#add-key-dialog [name=key]", Rig.key(7));
      browser.picture("add-key");
      browser.click("#add-key-dialog button[type=submit]");
      dashboard.cell("keys", DashboardRig.keyName(1), "state");
      for (int i = 0; i < 6; i++) {
        assertEquals(200, dashboard.ask().status());
      }
      assertTrue(dashboard.rig().journal().countOf(Rig.key(7)) > 0);
      dashboard.seeCell(
          "keys", DashboardRig.keyName(1), "requests", text -> text.matches("[1-9]\\d*"));
      assertEquals(
          false,
          browser.run(
              "return document.documentElement.outerHTML.includes(arguments[0]);", Rig.key(7)));
      dashboard.assertClean();
    }
  }

  @Test
  void whatHappensWhileTheKeysAreReadIsNotLost() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("overview", 2)) {
      Browser browser = dashboard.browser();
      browser.see("#live-state[data-state=up]");
      browser.run(HOLD_THE_KEYS);
      browser.click("#nav a[data-view=keys]");
      browser.until("the keys are read", driver -> browser.run("return window.held ?? null;"));
      Object key = browser.run("return window.held;");
      String[] bearer = {"Authorization", "Bearer " + DashboardRig.TOKEN};
      String path = "/admin/api/keys/" + key + "/disable";
      assertEquals(200, Operator.ask(dashboard.rig(), "POST", path, bearer).status());
      browser.until("the page is told", driver -> browser.run("return window.told ?? null;"));
      browser.run("window.release();");
      dashboard.seeCell(
          "keys", DashboardRig.keyName(0), "state", text -> text.contains("disabled"));
      dashboard.assertClean();
    }
  }

  @Test
  void anAddressWithAStateThatIsNoneShowsAllKeys() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("keys?state=bogus", 2)) {
      dashboard.cell("keys", DashboardRig.keyName(1), "state");
      dashboard.browser().seeText("#key-state option:checked", "All states");
      dashboard.assertClean();
    }
  }

  @Test
  void showsThousandsOfKeysByDrawingThoseInSight() throws Exception {
    try (DashboardRig dashboard = DashboardRig.at("keys", 2000)) {
      Browser browser = dashboard.browser();
      browser.seeText("#key-count", "2,000");
      dashboard.cell("keys", DashboardRig.keyName(0), "state");
      int drawn = browser.all("table[data-table=keys] tbody tr[data-id]").size();
      assertTrue(drawn < 200, drawn + " rows are drawn");
      browser.run("window.scrollTo(0, document.body.scrollHeight);");
      browser.until(
          "other rows",
          driver ->
              browser.all("table[data-table=keys] tbody tr[data-id]").stream()
                      .noneMatch(row -> row.getText().startsWith(DashboardRig.keyName(0)))
                  ? true
                  : null);
      browser.picture("keys-2000");
      browser.type("#key-search", "g/1234#");
      browser.seeText("#key-count", "1 of");
      dashboard.cell("keys", "g/1234#", "state");
      assertEquals(List.of(), browser.faultsOfAccess());
      dashboard.assertClean();
    }
  }
}
