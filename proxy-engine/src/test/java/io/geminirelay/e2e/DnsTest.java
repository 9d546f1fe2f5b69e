package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.DnsServer;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The upstream's name, asked of a real name server. */
class DnsTest {
  private static final String NAME = "upstream.test";

  private static Gateway gateway(DnsServer names, int port, FakeTime time) throws Exception {
    return Gateway.start(
        """
        server: {port: 0, workers: 1, drain_timeout_secs: 5, connect_timeout_secs: 1}
        groups: [{name: g, target_url: "http://%s:%d", api_keys: [%s]}]
        circuit_breaker: {failure_threshold: 1000000}
        upstream: {max_attempts: 1, dns_servers: ["%s"], pool: {lifetime_secs: 600}}
        """
            .formatted(NAME, port, Rig.key(0), names.address()),
        time);
  }

  private static Response post(Gateway gateway, String marker) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      return client.post(Rig.UNARY, Rig.BODY, "x-marker", marker);
    }
  }

  private static ScriptedUpstream upstream(String address, int port) throws Exception {
    return new ScriptedUpstream(new ServerSocket(port, 50, InetAddress.getByName(address)));
  }

  @Test
  void aChangedRecordIsFollowedByNewConnectionsAndOldOnesRetire() throws Exception {
    FakeTime time = new FakeTime();
    try (DnsServer names = new DnsServer(1);
        ScriptedUpstream old = upstream("127.0.0.2", 0);
        ScriptedUpstream moved = upstream("127.0.0.3", old.port());
        Gateway gateway = gateway(names, old.port(), time)) {
      names.set(NAME, "127.0.0.2");
      assertEquals(200, post(gateway, "first").status());
      names.set(NAME, "127.0.0.3");
      assertEquals(200, post(gateway, "second").status());
      assertEquals(1, old.seen("second").size(), "the connection that is there goes on");
      Rig.await(
          () -> {
            time.advance(Duration.ofSeconds(601));
            assertEquals(200, post(gateway, "later").status());
            return moved.seen("later").size() > 0;
          },
          "the record's lifetime to end");
      assertTrue(old.isEnded(1), "too old a connection stayed");
      int atOld = old.seen("later").size();
      time.advance(Duration.ofSeconds(601));
      assertEquals(200, post(gateway, "later").status());
      assertEquals(atOld, old.seen("later").size());
    }
  }

  @Test
  void anAddressThatRefusesIsPassedBy() throws Exception {
    try (DnsServer names = new DnsServer(60);
        ScriptedUpstream good = upstream("127.0.0.3", 0);
        Gateway gateway = gateway(names, good.port(), new FakeTime())) {
      names.set(NAME, "127.0.0.2", "127.0.0.3");
      Response answer = post(gateway, "m");
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(1, good.seen("m").size());
    }
  }

  @Test
  void aNameThatIsNotThereIsACleanErrorAskedForSeldomAndFoundWhenItIsBack() throws Exception {
    try (DnsServer names = new DnsServer(60);
        ScriptedUpstream good = upstream("127.0.0.3", 0);
        Gateway gateway = gateway(names, good.port(), new FakeTime())) {
      Response none = post(gateway, "m");
      assertEquals(502, none.status(), none::toString);
      assertTrue(none.whole() && none.text().contains("\"DNS\""), none::text);
      assertTrue(none.text().contains(NAME + ":" + good.port() + " does not resolve"), none::text);
      int asked = names.queries();
      for (int i = 0; i < 20; i++) {
        assertEquals(502, post(gateway, "m").status());
      }
      assertTrue(names.queries() - asked < 20, "asked " + (names.queries() - asked) + " times");
      names.set(NAME, "127.0.0.3");
      Rig.await(() -> post(gateway, "back").status() == 200, "the name to be found");
    }
  }

  @Test
  void aNameServerThatIsSilentIsACleanError() throws Exception {
    try (DnsServer names = new DnsServer(60);
        ScriptedUpstream good = upstream("127.0.0.3", 0);
        Gateway gateway = gateway(names, good.port(), new FakeTime())) {
      names.set(NAME, "127.0.0.3");
      names.silent(true);
      Response none = post(gateway, "m");
      assertEquals(502, none.status(), none::toString);
      assertTrue(none.text().contains("did not resolve in time"), none::text);
      assertFalse(none.text().contains(Rig.key(0)));
      names.silent(false);
      Rig.await(() -> post(gateway, "back").status() == 200, "the name to be found");
    }
  }
}
