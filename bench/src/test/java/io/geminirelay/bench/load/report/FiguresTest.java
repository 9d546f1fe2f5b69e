package io.geminirelay.bench.load.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.bench.load.plan.Catalogue;
import io.geminirelay.bench.load.plan.Growth;
import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private static final Workload OPEN = Catalogue.named("open");
  private static final Workload UNARY = Catalogue.named("unary");

  /** So often each value comes: with a thousand of them, just enough to tell p99.9. */
  private static final int EACH = 10;

  private final Figures figures = new Figures();

  private static Sample cost(double micros) {
    return new Sample(micros, 1_000, 0.99, 0.5, 10_240, null);
  }

  private static Sample timed(double micros, int from, int to) {
    Histogram latencies = new Histogram(3);
    for (int value = from; value < to; value++) {
      latencies.recordValueWithCount(value, EACH);
    }
    return new Sample(micros, 1_000, 0.1, 0.5, 10_240, latencies);
  }

  private void fill() {
    figures.about("a <name>", "a & value");
    for (double micros : new double[] {30, 10, 20}) {
      figures.add(UNARY, Proxy.NGINX, cost(micros));
      figures.add(UNARY, Proxy.GATEWAY, cost(micros * 2));
    }
    figures.add(OPEN, Proxy.DIRECT, timed(Double.NaN, 0, 1_000));
    figures.add(OPEN, Proxy.GATEWAY, timed(25, 500, 1_500));
  }

  @Test
  void theMedianIsComparedWithNginx() {
    fill();
    assertEquals(2, figures.toNginx(UNARY, Proxy.GATEWAY));
    assertTrue(Double.isNaN(figures.toNginx(UNARY, Proxy.HAPROXY)));
    assertNull(figures.median(UNARY, Proxy.HAPROXY));
  }

  @Test
  void ofAnEvenNumberTheMedianIsBetweenBoth() {
    figures.add(OPEN, Proxy.NGINX, timed(10, 0, 1_000));
    figures.add(OPEN, Proxy.NGINX, timed(70, 3_000, 4_000));
    figures.add(OPEN, Proxy.NGINX, timed(40, 1_000, 2_000));
    figures.add(OPEN, Proxy.NGINX, timed(20, 2_000, 3_000));
    Sample median = figures.median(OPEN, Proxy.NGINX);
    assertNotNull(median);
    assertEquals(30, median.value());
    assertNotNull(median.latencies());
    assertEquals(2_000 * EACH, median.latencies().getTotalCount());
    assertEquals(1_999, figures.latency(OPEN, Proxy.NGINX, 50), 2);
  }

  @Test
  void p999IsLeftOutOfFewValues() {
    figures.add(OPEN, Proxy.DIRECT, timed(Double.NaN, 0, 999));
    figures.add(OPEN, Proxy.GATEWAY, timed(25, 500, 1_500));
    assertTrue(Double.isNaN(figures.latency(OPEN, Proxy.DIRECT, 99.9)));
    assertEquals(1_499, figures.latency(OPEN, Proxy.GATEWAY, 99.9), 2);
    String text = new Markdown(figures).text();
    assertTrue(text.contains("| 0.50 / 0.99 / - |"), text);
    assertTrue(text.contains("| 0.50 / 0.50 / - |"), text);
    assertTrue(Figures.tells(9_999, 99) && !Figures.tells(99_999, 99.99));
    assertTrue(Figures.tells(10_000, 99.9) && Figures.tells(100_000, 99.99));
  }

  @Test
  void addedIsWhatTheWayThroughTakesMore() {
    fill();
    assertEquals(500, figures.added(OPEN, Proxy.GATEWAY, 50), 2);
    assertTrue(Double.isNaN(figures.added(OPEN, Proxy.NGINX, 50)));
  }

  @Test
  void tablesBeginWithTheRatios() {
    fill();
    String text = new Markdown(figures).text();
    assertTrue(text.contains("| - | 2.00 | 20.00 us | - | 40.00 us |"), text);
    assertTrue(text.contains("| 25.00 us (10 % busy) |"), text);
    assertTrue(text.contains("| - / - / - | - / - / - | 0.50 / 0.50 / 0.50 |"), text);
  }

  @Test
  void thePageNeedsNothingButItself() throws Exception {
    fill();
    String page = new Page(figures).text();
    assertTrue(page.contains("<polyline class=\"curve gateway\""));
    assertTrue(page.contains("a &lt;name&gt;") && page.contains("a &amp; value"));
    assertFalse(page.contains("://") || page.contains("src=") || page.contains("<script"));
    assertFalse(page.contains("NaN"), page);
  }

  @Test
  void jsonHasEveryWindow() throws Exception {
    fill();
    String json = Json.text(figures);
    assertEquals(3 + 3 + 2, json.split("\"perSecond\"", -1).length - 1);
    assertFalse(json.contains("NaN"), json);
  }

  @Test
  void growthIsToldFromNoise() {
    GrowthTable table = new GrowthTable();
    Growth keys = Growth.all().stream().filter(g -> g.label().equals("keys")).toList().get(0);
    Growth streams = Growth.all().stream().filter(g -> g.label().equals("streams")).toList().get(0);
    for (int i = 0; i < keys.points().size(); i++) {
      table.add(Proxy.GATEWAY, keys, keys.points().get(i), List.of(cost(20 + i)));
    }
    for (int i = 0; i < streams.points().size(); i++) {
      table.add(Proxy.GATEWAY, streams, streams.points().get(i), List.of(cost(10 + 10 * i)));
    }
    assertTrue(table.text().contains("* keys: does not grow;"), table.text());
    assertTrue(table.text().contains("* streams: grows by 5.00"), table.text());
  }
}
