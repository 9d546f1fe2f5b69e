package io.geminirelay.e2e;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.openqa.selenium.WebElement;

/** An operator at the dashboard of a gateway that has a simulated Google behind it. */
record DashboardRig(Rig rig, Browser browser) implements AutoCloseable {
  static final String TOKEN = "admin-token-of-the-operator-0";

  /** A gateway with so many keys and a browser that was not anywhere yet. */
  static DashboardRig start(int keys, String... settings) throws Exception {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("server.admin_token: " + TOKEN);
    Rig rig = Rig.of(keys, all.toArray(String[]::new));
    try {
      return new DashboardRig(rig, Browser.start());
    } catch (Exception | Error e) {
      rig.close();
      throw e;
    }
  }

  /** The same, already logged in and looking at {@code view}. */
  static DashboardRig at(String view, int keys, String... settings) throws Exception {
    DashboardRig dashboard = start(keys, settings);
    try {
      dashboard.open(view);
      dashboard.logIn(TOKEN);
      dashboard.ready(view);
      return dashboard;
    } catch (Exception | Error e) {
      dashboard.close();
      throw e;
    }
  }

  String authority() {
    return "127.0.0.1:" + rig.port();
  }

  void open(String view) {
    browser.go("http://" + authority() + "/admin/#/" + view);
  }

  void logIn(String token) {
    browser.type("#login-token", token);
    browser.click("#login-submit");
  }

  /** Goes to another view by the navigation. */
  void turnTo(String view) {
    browser.click("#nav a[data-view=" + view + "]");
    ready(view);
  }

  void ready(String view) {
    browser.see("#main[data-view=" + view.replaceFirst("\\?.*", "") + "][data-ready]");
  }

  /** Asks for an answer of a model, as a client would. */
  Response ask() {
    return rig.post(Rig.UNARY, Rig.BODY);
  }

  /** Clients that ask without a pause until closed. */
  Load load() {
    return new Load(rig.port());
  }

  /** The cell of the row that holds {@code text}, once it is there. */
  WebElement cell(String table, String text, String column) {
    return browser.until(
        table + " has a row of " + text,
        driver ->
            browser.all("table[data-table=" + table + "] tbody tr").stream()
                .filter(row -> row.getText().contains(text))
                .flatMap(
                    row ->
                        row
                            .findElements(
                                org.openqa.selenium.By.cssSelector("[data-column=" + column + "]"))
                            .stream())
                .findFirst()
                .orElse(null));
  }

  /** Waits until that cell shows what {@code fits}. */
  void seeCell(String table, String row, String column, java.util.function.Predicate<String> fits) {
    browser.until(
        row + " has its " + column,
        driver -> fits.test(cell(table, row, column).getText()) ? true : null);
  }

  /** How key {@code n}, from 0, is shown. */
  static String keyName(int n) {
    return "g/" + (n + 1) + "#";
  }

  /** Presses a button of the row of key {@code n}. */
  void press(int n, String action) {
    browser.until(
        "the button " + action,
        driver -> {
          cell("keys", keyName(n), "actions")
              .findElement(org.openqa.selenium.By.cssSelector("button[data-action=" + action + "]"))
              .click();
          return true;
        });
  }

  void confirm() {
    browser.click("#confirm-dialog button[data-action=confirm]");
  }

  /** Fails where anything was asked of another host, or complained of. */
  void assertClean(String... allowedErrors) {
    browser.assertClean(authority(), allowedErrors);
  }

  @Override
  public void close() throws IOException {
    try {
      browser.close();
    } finally {
      rig.close();
    }
  }

  /** Traffic of two clients. */
  static final class Load implements AutoCloseable {
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicLong served = new AtomicLong();
    private volatile boolean over;

    Load(int port) {
      for (int i = 0; i < 2; i++) {
        Thread client = new Thread(() -> run(port), "load-" + i);
        client.start();
        clients.add(client);
      }
    }

    private void run(int port) {
      while (!over) {
        try (TestClient client = TestClient.connect(port)) {
          while (!over && client.post(Rig.STREAM, Rig.BODY).status() == 200) {
            served.incrementAndGet();
            Thread.onSpinWait();
          }
        }
      }
    }

    private static void await(Thread client) {
      try {
        client.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    long served() {
      return served.get();
    }

    @Override
    public void close() {
      over = true;
      clients.forEach(Load::await);
    }
  }
}
