package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_36_1.Metrics;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** In which forms the page of metrics can be had, and by whom. */
class MetricsPageTest {
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  @Test
  void isTextUnlessTheScraperAsksForMore() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.post(Rig.UNARY, Rig.BODY);
      Response text = Scrape.get(rig.port(), "/metrics");
      assertEquals(200, text.status());
      assertTrue(text.header("content-type").startsWith("text/plain; version=0.0.4"));
      assertEquals("no-store", text.header("cache-control"));
      assertNull(text.header("content-encoding"));
      Response open =
          Scrape.get(
              rig.port(), "/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
      assertTrue(open.header("content-type").startsWith("application/openmetrics-text"));
      assertTrue(open.text().endsWith("# EOF\n"));
      assertTrue(open.text().contains("# UNIT gemini_relay_overhead_seconds seconds"));
    }
  }

  @Test
  void hasNativeHistogramsInProtobuf() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.post(Rig.UNARY, Rig.BODY);
      Response page = Scrape.get(rig.port(), "/metrics", "Accept", PROTOBUF);
      assertTrue(page.header("content-type").startsWith("application/vnd.google.protobuf"));
      var found = new ArrayList<Metrics.Histogram>();
      ByteArrayInputStream in = new ByteArrayInputStream(page.body());
      while (in.available() > 0) {
        var family = Metrics.MetricFamily.parseDelimitedFrom(in);
        if (family.getName().equals("gemini_relay_request_duration_seconds")) {
          found.add(family.getMetric(0).getHistogram());
        }
      }
      assertEquals(1, found.size());
      assertEquals(3, found.get(0).getSchema());
      assertEquals(1, found.get(0).getPositiveDeltaCount());
      assertTrue(found.get(0).getBucketCount() > 5);
    }
  }

  @Test
  void isCompressedWhereAskedFor() throws Exception {
    try (Rig rig = Rig.of(1)) {
      Response zipped =
          Scrape.get(rig.port(), "/metrics", "Accept-Encoding", "deflate, gzip;q=0.5");
      assertEquals("gzip", zipped.header("content-encoding"));
      byte[] page = new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes();
      assertTrue(new String(page, StandardCharsets.UTF_8).contains("gemini_relay_usable_keys"));
      assertTrue(zipped.body().length * 3 < page.length);
      Response plain = Scrape.get(rig.port(), "/metrics", "Accept-Encoding", "gzip;q=0");
      assertNull(plain.header("content-encoding"));
    }
  }

  @Test
  void aHeadHasNoBody() throws Exception {
    try (Rig rig = Rig.of(1);
        TestClient client = TestClient.connect(rig.port())) {
      Response head = client.exchange("HEAD", "/metrics", List.of(), null);
      assertEquals(200, head.status());
      assertArrayEquals(new byte[0], head.body());
      assertTrue(Integer.parseInt(head.header("content-length")) > 1000);
      assertEquals(200, client.exchange("GET", "/metrics", List.of(), null).status());
      assertEquals(405, client.exchange("DELETE", "/metrics", List.of(), null).status());
    }
  }

  @Test
  void manyScrapersAreAllAnswered() throws Exception {
    try (Rig rig = Rig.of(200)) {
      List<TestClient> clients = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        clients.add(TestClient.connect(rig.port()));
      }
      clients.forEach(each -> each.request("GET", "/metrics", List.of(), null));
      for (TestClient each : clients) {
        assertEquals(200, each.read().status());
        each.close();
      }
    }
  }

  @Test
  void aScraperThatLeavesHurtsNobody() throws Exception {
    try (Rig rig = Rig.of(1)) {
      for (int i = 0; i < 20; i++) {
        try (TestClient client = TestClient.connect(rig.port())) {
          client.request("GET", "/metrics", List.of(), null);
          client.abort();
        }
      }
      assertEquals(200, Scrape.get(rig.port(), "/metrics").status());
    }
  }

  @Test
  void takesOneOfTheTokensWhereSeenFromElsewhere() throws Exception {
    String[] elsewhere = {"Host", "gateway.example"};
    try (Rig rig =
        Rig.of(
            1,
            "server.admin_token: open-sesame-open-sesame",
            "server.metrics_token: only-for-metrics-0")) {
      assertEquals(401, page(rig, elsewhere));
      assertEquals(401, page(rig, "Host", "gateway.example", "Authorization", "Bearer wrong"));
      for (String token : List.of("open-sesame-open-sesame", "only-for-metrics-0")) {
        assertEquals(200, page(rig, "Host", "gateway.example", "Authorization", "Bearer " + token));
      }
    }
  }

  private static int page(Rig rig, String... headers) {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client.exchange("GET", "/metrics", Header.list(headers), null).status();
    }
  }
}
