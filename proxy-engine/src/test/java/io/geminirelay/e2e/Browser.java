package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A headless Chromium, with everything that it complained of and asked for. Waits are on
 * conditions; what does not come within 20 seconds fails the test.
 */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SETTLED = Duration.ofSeconds(5);
  private static final Path PICTURES = Path.of("target", "screenshots");
  private static final JsonFactory JSON = new JsonFactory();

  private final ChromeDriver driver;
  private final Path profile;
  private final List<String> errors = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();

  private Browser(ChromeDriver driver, Path profile) {
    this.driver = driver;
    this.profile = profile;
  }

  /** Starts one; skips the test where Chromium or its driver is not installed. */
  static Browser start() throws IOException {
    File chromium = program("chromium");
    File chromedriver = program("chromedriver");
    Assumptions.assumeTrue(chromium != null, "chromium is not installed");
    Assumptions.assumeTrue(chromedriver != null, "chromium-driver is not installed");
    Path profile = Files.createTempDirectory("browser");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--window-size=1280,900",
        "--user-data-dir=" + profile,
        "about:blank");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromedriver)
            .usingAnyFreePort()
            .build();
    return new Browser(new ChromeDriver(service, options), profile);
  }

  private static File program(String name) {
    return Stream.of((System.getenv("PATH") + ":/usr/bin").split(":", -1))
        .map(place -> new File(place, name))
        .filter(File::canExecute)
        .findFirst()
        .orElse(null);
  }

  void go(String url) {
    driver.get(url);
  }

  /** The window's size, in CSS pixels, as a phone of that size would show the page. */
  void resize(int width, int height) {
    // A window cannot be made so narrow; the emulated screen can.
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  /** The size of an ordinary window again. */
  void resizeBack() {
    driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    driver.manage().window().setSize(new Dimension(1280, 900));
  }

  /** Has pages see a system that prefers {@code scheme}, "dark" or "light". */
  void prefer(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** The element once it can be seen. */
  WebElement see(String css) {
    return until(
        css + " is to be seen",
        d ->
            d.findElements(By.cssSelector(css)).stream()
                .filter(WebElement::isDisplayed)
                .findFirst()
                .orElse(null));
  }

  List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  void click(String css) {
    until(
        css + " can be clicked",
        d -> {
          for (WebElement element : d.findElements(By.cssSelector(css))) {
            if (element.isDisplayed() && element.isEnabled()) {
              try {
                element.click();
                return true;
              } catch (org.openqa.selenium.ElementNotInteractableException e) {
                return null; // moved in this very moment
              }
            }
          }
          return null;
        });
  }

  void type(String css, String text) {
    WebElement field = see(css);
    field.clear();
    field.sendKeys(text);
  }

  /** Chooses the option with {@code value}. */
  void choose(String css, String value) {
    until(
        css + " has " + value,
        d -> {
          WebElement list = see(css);
          if (!list.isEnabled()) {
            return null;
          }
          new Select(list).selectByValue(value);
          return true;
        });
  }

  /** Waits until the element's text holds {@code part}. */
  void seeText(String css, String part) {
    until(
        css + " says " + part,
        d ->
            d.findElements(By.cssSelector(css)).stream()
                    .anyMatch(e -> e.isDisplayed() && e.getText().contains(part))
                ? true
                : null);
  }

  /** Waits until {@code condition} has a value; what is stale in between counts as none. */
  <T> T until(String what, Function<ChromeDriver, T> condition) {
    return new WebDriverWait(driver, PATIENCE)
        .withMessage(what)
        .ignoring(StaleElementReferenceException.class, JavascriptException.class)
        .until(d -> condition.apply(driver));
  }

  /** Presses keys, wherever the focus is. */
  void keys(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** The name of the tab that is looked at. */
  String tab() {
    return driver.getWindowHandle();
  }

  /** Opens another tab in front of the others and looks at it. */
  String openTab() {
    driver.switchTo().newWindow(WindowType.TAB);
    return tab();
  }

  /** Brings a tab to the front. */
  void turnToTab(String tab) {
    driver.switchTo().window(tab);
    // Switching alone has the driver look there, not the browser show it.
    driver.executeCdpCommand("Page.bringToFront", Map.of());
  }

  /** Lets no request reach a URL of these patterns; none of them lets all pass again. */
  void block(String... patterns) {
    driver.executeCdpCommand("Network.enable", Map.of());
    driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of(patterns)));
  }

  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** The serious and critical findings of axe-core on what is shown now, each with its places. */
  @SuppressWarnings("unchecked")
  List<String> faultsOfAccess() {
    try (InputStream axe = Browser.class.getResourceAsStream("/axe.min.js")) {
      driver.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
    errors();
    List<String> found =
        (List<String>)
            driver.executeAsyncScript(
                """
            const done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ['violations']}).then(
              found => done(found.violations
                .filter(v => v.impact === 'serious' || v.impact === 'critical')
                .map(v => v.id + ': ' + v.help + ' at '
                  + v.nodes.slice(0, 5).map(n => n.target.join(' ') + ' ' + n.failureSummary).join(' | '))),
              failure => done(['axe failed: ' + failure]));
            """);
    // The script itself sets styles, which the page's policy refuses it.
    driver.manage().logs().get(LogType.BROWSER);
    return found;
  }

  /**
   * What makes the page scroll sideways, once charts have followed the window: elements that reach
   * beyond it, but for boxes' insides.
   */
  List<String> sticksOut() {
    long start = System.nanoTime();
    List<String> found = sticksOutNow();
    while (!found.isEmpty() && System.nanoTime() - start < SETTLED.toNanos()) {
      found = sticksOutNow();
    }
    return found;
  }

  @SuppressWarnings("unchecked")
  private List<String> sticksOutNow() {
    return (List<String>)
        run(
            """
            const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) {
              return [];
            }
            return [...document.querySelectorAll('body *')]
              .filter(e => e.getBoundingClientRect().right > root.clientWidth + 1)
              .slice(0, 8)
              .map(e => e.tagName + '#' + e.id + '.' + e.className + ' '
                + Math.round(e.getBoundingClientRect().right) + ' of ' + root.clientWidth)
              .concat(['page ' + root.scrollWidth]);
            """);
  }

  /** Numbers and controls of tables and filters that are not shown, or not as wide as they are. */
  @SuppressWarnings("unchecked")
  List<String> cut() {
    return (List<String>)
        run(
            """
            const heads = [...document.querySelectorAll('.table thead th')]
              .filter(e => innerWidth >= 1080 && e.offsetWidth === 0 && e.closest('table').offsetWidth > 0);
            const inside = e => {
              const text = document.createRange();
              text.selectNodeContents(e);
              const [inner, outer] = [text.getBoundingClientRect(), e.getBoundingClientRect()];
              return inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
            };
            const cut = [...document.querySelectorAll(
                '.table :is(td.number, td.num, td[data-column=actions]), .table thead .sort, .table .meter, .plain .meter')]
              .filter(e => e.closest('.table, .plain').offsetWidth > 0)
              .filter(e => (innerWidth >= 1080 || !e.closest('thead')) && (e.offsetWidth === 0 || !inside(e) || e.scrollWidth > e.clientWidth + 1));
            const rows = [...document.querySelectorAll('.table tbody tr')].filter(e => e.scrollHeight > e.clientHeight + 1);
            return [...heads, ...cut, ...rows].slice(0, 8).map(e => (e.dataset.column ?? e.parentElement.dataset.column)
              + ' ' + e.className + ' ' + e.textContent + ' ' + e.scrollWidth + '/' + e.clientWidth + ' ' + e.scrollHeight + '/' + e.clientHeight);
            """);
  }

  /** Keeps a picture of the window in target/screenshots. */
  void picture(String name) {
    try {
      Files.createDirectories(PICTURES);
      Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Console errors and broken rules of the content security policy since the start. */
  List<String> errors() {
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
        errors.add(entry.getMessage());
      }
    }
    return errors;
  }

  /** The URLs of all requests since the start. */
  List<String> asked() {
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      if (entry.getMessage().contains("\"Network.requestWillBeSent\"")) {
        asked.add(url(entry.getMessage()));
      }
    }
    return asked;
  }

  private static String url(String message) {
    try (JsonParser json = JSON.createParser(message)) {
      boolean inRequest = false;
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME) {
          inRequest |= json.currentName().equals("request");
          if (inRequest && json.currentName().equals("url")) {
            return json.nextTextValue();
          }
        }
      }
      return "?";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails on any console error, and on any request to another place than {@code host:port}. */
  void assertClean(String authority, String... allowedErrors) {
    List<String> foreign =
        asked().stream()
            .filter(url -> !url.matches("(?:data|blob|chrome):.*"))
            .filter(url -> !authority.equals(URI.create(url).getAuthority()))
            .toList();
    assertEquals(List.of(), foreign);
    List<String> unexpected =
        errors().stream()
            .filter(error -> Stream.of(allowedErrors).noneMatch(error::contains))
            .toList();
    assertEquals(List.of(), unexpected);
  }

  @Override
  public void close() throws IOException {
    driver.quit();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }
}
