package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.exchange.Caller;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedCallerTest {
  private static final ForwardedCaller TRUSTING =
      new ForwardedCaller(new TrustedProxies(List.of("10.0.0.0/8", "2001:db8:ff::/48")));

  private static Caller caller(boolean https, String... lines) throws Exception {
    DefaultHttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    for (String line : lines) {
      int colon = line.indexOf(": ");
      head.headers().add(line.substring(0, colon), line.substring(colon + 2));
    }
    InetAddress peer = InetAddress.getByName("10.0.0.1");
    return TRUSTING.of(head, new Caller(peer, https, null), peer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x-forwarded-for: 203.0.113.1 | 203.0.113.1",
        "x-forwarded-for: 203.0.113.1:4711 | 203.0.113.1",
        "x-forwarded-for: 198.51.100.7, 203.0.113.1 | 203.0.113.1",
        "x-forwarded-for: 198.51.100.7,203.0.113.1 ,10.9.9.9 | 203.0.113.1",
        "x-forwarded-for: 10.1.1.1, 10.2.2.2 | 10.1.1.1",
        "x-forwarded-for: 2001:db8::7 | 2001:db8::7",
        "x-forwarded-for: [2001:db8::7]:443, [2001:db8:ff::1] | 2001:db8::7",
        "x-forwarded-for: ::ffff:203.0.113.1 | 203.0.113.1",
        "x-forwarded-for: ::ffff:203.0.113.1, ::ffff:10.0.0.2 | 203.0.113.1",
        "x-forwarded-for: 203.0.113.1, unknown | 10.0.0.1",
        "x-forwarded-for: 203.0.113.1, unknown, 10.0.0.2 | 10.0.0.2",
        "x-forwarded-for: unknown, 203.0.113.1 | 203.0.113.1",
        "x-forwarded-for: 203.0.113.1, | 10.0.0.1",
        "x-forwarded-for: , | 10.0.0.1",
        "x-forwarded-for: 203.0.113.1:99999999 | 10.0.0.1",
        "x-forwarded-for: 203.0.113.1:x | 10.0.0.1",
        "x-forwarded-for: [203.0.113.1 | 10.0.0.1",
        "x-forwarded-for: localhost | 10.0.0.1",
        "x-forwarded-for: 203.0.113.256 | 10.0.0.1",
        "x-other: 1 | 10.0.0.1",
        "forwarded: for=203.0.113.1 | 203.0.113.1",
        "forwarded: For=\"[2001:db8::7]:4711\";proto=https;by=10.0.0.1 | 2001:db8::7",
        "forwarded: for=198.51.100.7, for=203.0.113.1;proto=http , for=10.3.3.3 | 203.0.113.1",
        "forwarded: for=203.0.113.1:80 | 203.0.113.1",
        "forwarded: for=198.51.100.7;x=\", for=203.0.113.1 | 10.0.0.1",
        "forwarded: for=198.51.100.7;x=\", for=\"203.0.113.1:80\" | 10.0.0.1",
        "forwarded: for=\"198.51.100.7\\ | 10.0.0.1",
        "forwarded: for=_hidden, for=10.0.0.3 | 10.0.0.3",
        "forwarded: for=unknown | 10.0.0.1",
        "forwarded: proto=https | 10.0.0.1",
        "forwarded: for | 10.0.0.1",
        "forwarded: for=203.0.113.1; | 10.0.0.1",
      })
  void takesTheNearestAddressThatNoProxyHas(String line, String address) throws Exception {
    assertEquals(InetAddress.getByName(address), caller(false, line).address());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x-other: 1 | false",
        "x-forwarded-for: 203.0.113.1 | false",
        "x-forwarded-for: unknown, 203.0.113.1 | false",
        "x-forwarded-for: 10.1.1.1, 10.2.2.2 | false",
        "x-forwarded-for: 203.0.113.1, unknown | true",
        "x-forwarded-for: unknown, 10.0.0.2 | true",
        "forwarded: for=203.0.113.1 | false",
        "forwarded: for=_hidden, for=203.0.113.1 | false",
        "forwarded: for=10.1.1.1, for=10.2.2.2 | false",
        "forwarded: for=_hidden | true",
        "forwarded: for=_hidden, for=10.0.0.3 | true",
        "forwarded: x | true",
      })
  void tellsWhetherTheClientIsHidden(String line, boolean hidden) throws Exception {
    assertEquals(hidden, caller(false, line).hidden());
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.1,for=203.0.113.1,203.0.113.1",
    "203.0.113.1,for=198.51.100.7,10.0.0.1",
    "203.0.113.1,for=broken;,10.0.0.1",
  })
  void believesNeitherHeaderWhereTheyDisagree(String list, String hop, String address)
      throws Exception {
    Caller caller = caller(false, "x-forwarded-for: " + list, "forwarded: " + hop);
    assertEquals(InetAddress.getByName(address), caller.address());
    assertEquals(address.startsWith("10."), caller.hidden());
  }

  @org.junit.jupiter.api.Test
  void readsAllLinesAsOneList() throws Exception {
    Caller caller =
        caller(
            false,
            "x-forwarded-for: 198.51.100.7",
            "x-forwarded-for: 203.0.113.1, 10.4.4.4",
            "x-forwarded-for: 10.5.5.5");
    assertEquals(InetAddress.getByName("203.0.113.1"), caller.address());
    caller = caller(false, "forwarded: for=203.0.113.1;host=a", "forwarded: for=10.5.5.5;host=b");
    assertEquals(InetAddress.getByName("203.0.113.1"), caller.address());
    assertEquals("a", caller.host());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "false | x-other: 1 | false | -",
        "true | x-other: 1 | true | -",
        "false | x-forwarded-proto: https | true | -",
        "true | x-forwarded-proto: http | false | -",
        "false | x-forwarded-proto: http, HTTPS | true | -",
        "false | forwarded: for=203.0.113.1;proto=https;host=gw.example | true | gw.example",
        "false | forwarded: for=1.1.1.1;proto=https, for=203.0.113.1 | false | -",
        "false | x-forwarded-host: gw.example:8443 | false | gw.example:8443",
        "false | x-forwarded-host: a.example, [2001:db8::1]:80 | false | [2001:db8::1]:80",
        "false | x-forwarded-host: evil/path | false | -",
        "false | x-forwarded-host: user@evil | false | -",
      })
  void tellsSchemeAndHost(boolean https, String line, boolean secure, String host)
      throws Exception {
    Caller caller = caller(https, line);
    assertEquals(secure, caller.https());
    assertEquals(host, caller.host());
  }
}
