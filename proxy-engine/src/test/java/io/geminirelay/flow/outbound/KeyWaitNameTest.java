package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.Exchange;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyWaitNameTest {
  private static Exchange exchange() {
    return new Exchange(
        "id", new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"), 0);
  }

  private static String from(String address) throws Exception {
    Caller caller = new Caller(InetAddress.getByName(address), false, null);
    Exchange exchange = exchange();
    exchange.from(head -> caller);
    return KeyWait.name(exchange);
  }

  private static String of(String client) {
    Exchange exchange = exchange();
    exchange.client(
        new ClientConfig(client, new byte[32], 0, 0, 0, List.of(), List.of(), Priority.NORMAL));
    return KeyWait.name(exchange);
  }

  @Test
  void givesOneTurnToANetworkAndOneToAClient() throws Exception {
    assertEquals(from("2001:db8:1:2::1"), from("2001:db8:1:2:ffff::9"));
    assertNotEquals(from("2001:db8:1:2::1"), from("2001:db8:1:3::1"));
    assertNotEquals(from("192.0.2.1"), from("192.0.2.2"));
    assertEquals(of("a"), of("a"));
    assertNotEquals(of("a"), of("b"));
  }

  @Test
  void sharesNoTurnBetweenAnAddressAndAClientThatIsNamedLikeOne() throws Exception {
    String network = from("192.0.2.1");
    for (String name : List.of("192.0.2.1", network, "network 1c0000201", "")) {
      assertNotEquals(network, of(name));
    }
  }
}
