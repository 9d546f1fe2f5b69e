package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.ModelPattern;
import io.geminirelay.flow.classify.ClassifyHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthHandlerTest {
  private static final String PATH = "/v1beta/models/gemini-1:generateContent";
  private static final List<ClientConfig> CLIENTS =
      List.of(client("one", "t+1", "gemini-1*"), client("two", "t2"));

  @ParameterizedTest
  @CsvSource({
    "Authorization: Bearer t+1,''",
    "authorization: bearer t+1,''",
    "x-goog-api-key: t+1,''",
    "X-API-KEY: t+1,''",
    "X: 1,?key=t+1",
    "X: 1,?a=1&%6bey=t%2B1",
    "X: 1,?password=t%2b1&b",
    "x-goog-api-key: t+1,?oauth_token=t%2b1&a=1&oauth%5Ftoken=t%2b1&access_token=t%2b1",
    "Authorization: Basic x,?key=t+1",
    "Authorization: Bearer t+1,?key=wrong",
  })
  void takesATokenFromAllPlaces(String header, String query) {
    EmbeddedChannel channel = channel(CLIENTS, null);
    Exchange exchange = send(channel, "POST", PATH + query, header);
    assertNotNull(channel.readInbound());
    assertNotNull(exchange.client());
    assertEquals("one", exchange.client().name());
    assertFalse(exchange.uri().contains("t%2") || exchange.uri().contains("t+"));
  }

  @ParameterizedTest
  @CsvSource({
    "X: 1,''",
    "x-goog-api-key: wrong,?key=t2",
    "X: 1,?access_token=t2",
    "X: 1,?key=",
    "Authorization: Basic t2,''"
  })
  void refusesUnknownCallers(String header, String query) {
    EmbeddedChannel channel = channel(CLIENTS, null);
    send(channel, "POST", PATH + query, header);
    assertNull(channel.readInbound());
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(401, answer.status().code());
    assertEquals("Bearer", answer.headers().get("www-authenticate"));
    assertEquals("id", answer.headers().get("x-request-id"));
    assertEquals("no-store", answer.headers().get("cache-control"));
    String body = answer.content().toString(StandardCharsets.UTF_8);
    assertTrue(body.contains("\"status\":\"UNAUTHENTICATED\""), body);
    assertFalse(body.contains("t2") || body.contains("wrong"), body);
    answer.release();
  }

  @Test
  void refusesModelsTheClientMayNotUse() {
    EmbeddedChannel channel = channel(CLIENTS, null);
    send(channel, "POST", "/v1beta/models/%67emini-2:generateContent", "x-goog-api-key: t+1");
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(403, answer.status().code());
    answer.release();
  }

  @Test
  void letsAnyonePassWhereNoClientIsConfigured() {
    EmbeddedChannel channel = channel(List.of(), null);
    Exchange exchange = send(channel, "POST", PATH + "?key=any&alt=sse", "X: 1");
    assertNotNull(channel.readInbound());
    assertNull(exchange.client());
    assertEquals(PATH + "?alt=sse", exchange.uri());
  }

  @ParameterizedTest
  @CsvSource({
    "host: localhost,true",
    "host: LocalHost.:8080,true",
    "host: app.localhost:8080,true",
    "host: 127.0.0.1:8080,true",
    "host: 127.8.9.1,true",
    "host: [::1]:8080,true",
    "host: [0:0:0:0:0:0:0:1],true",
    "origin: http://localhost:3000,true",
    "origin: https://127.0.0.1,true",
    "origin: http://[::1]:3000,true",
    "host: evil.example,false",
    "host: evil.example:8080,false",
    "host: localhost.evil.example,false",
    "host: evillocalhost,false",
    "host: 127.0.0.1.evil.example,false",
    "host: 128.0.0.1,false",
    "host: 10.0.0.1,false",
    "host: 0.0.0.0,false",
    "host: [::2],false",
    "host: [::1]evil.example,false",
    "origin: https://evil.example,false",
    "origin: https://localhost@evil.example,false",
    "origin: null,false",
  })
  void servesThisMachineAloneWhereNoClientIsConfigured(String header, boolean served) {
    for (boolean open : new boolean[] {false, true}) {
      EmbeddedChannel channel =
          new EmbeddedChannel(
              new ClassifyHandler(),
              new AuthHandler(new ClientPasses(List.of(), open), AdminPasses.of(null), Set.of()));
      send(channel, "POST", PATH, header);
      assertEquals(served || open, channel.readInbound() != null);
      FullHttpResponse answer = channel.readOutbound();
      assertEquals(served || open ? 0 : 403, answer == null ? 0 : answer.status().code());
      if (answer != null) {
        String body = answer.content().toString(StandardCharsets.UTF_8);
        assertTrue(body.contains("configure clients"), body);
        answer.release();
      }
    }
  }

  @Test
  void servesForeignHostsWithAToken() {
    EmbeddedChannel channel = channel(CLIENTS, null);
    Exchange exchange = send(channel, "POST", PATH + "?key=t2", "host: gateway.example");
    assertNotNull(channel.readInbound());
    assertNotNull(exchange.client());
  }

  @ParameterizedTest
  @CsvSource({
    "true,Authorization: Bearer admin,0",
    "true,Authorization: Bearer t2,401",
    "true,X: 1,401",
    "false,Authorization: Bearer admin,404",
  })
  void opensDetailedHealthToTheAdminAlone(boolean configured, String header, int status) {
    EmbeddedChannel channel = channel(CLIENTS, configured ? Secret.of("admin") : null);
    send(channel, "GET", "/health/detailed", header);
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(status, answer == null ? 0 : answer.status().code());
    if (answer != null) {
      answer.release();
    }
  }

  @Test
  void letsHealthPassWithoutCredential() {
    EmbeddedChannel channel = channel(CLIENTS, null);
    send(channel, "GET", "/health", "X: 1");
    assertNotNull(channel.readInbound());
  }

  @Test
  void namesAllowedMethodsAndLeavesTheBodyOutForHead() {
    EmbeddedChannel channel = channel(CLIENTS, null);
    send(channel, "POST", "/health", "X: 1");
    FullHttpResponse answer = channel.readOutbound();
    assertEquals("GET, HEAD", answer.headers().get("allow"));
    answer.release();
    send(channel, "HEAD", "/nowhere", "X: 1");
    answer = channel.readOutbound();
    assertEquals(404, answer.status().code());
    assertEquals(0, answer.content().readableBytes());
    answer.release();
  }

  @ParameterizedTest
  @CsvSource({
    "*,x,true",
    "gemini-2.5-*,gemini-2.5-pro,true",
    "models/gemini-2.5-*,gemini-2.5-pro,true",
    "gemini-2.5-*,gemini-2.0-pro,false",
    "*-pro,gemini-2.5-pro-x,false",
    "g*-p*o,gemini-2-pro-o,true",
    "gemini,gemini-2,false",
    "tunedModels/*,tunedModels/a,true",
  })
  void matchesModelsByGlob(String pattern, String model, boolean matches) {
    assertEquals(matches, ModelPattern.matches(pattern, model));
  }

  private static EmbeddedChannel channel(List<ClientConfig> clients, @Nullable Secret admin) {
    ClientPasses passes = new ClientPasses(clients, false);
    return new EmbeddedChannel(
        new ClassifyHandler(), new AuthHandler(passes, AdminPasses.of(admin), Set.of()));
  }

  private static Exchange send(EmbeddedChannel channel, String method, String uri, String header) {
    HttpRequest head =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), uri);
    int colon = header.indexOf(": ");
    head.headers().add(header.substring(0, colon), header.substring(colon + 2));
    Exchange exchange = new Exchange("id", head, 0);
    channel.attr(Exchange.KEY).set(exchange);
    channel.writeInbound(head);
    return exchange;
  }

  private static ClientConfig client(String name, String token, String... models) {
    byte[] digest = Secret.sha256(token.getBytes(StandardCharsets.UTF_8));
    return new ClientConfig(name, digest, 0, 0, 0, List.of(models), List.of(), Priority.NORMAL);
  }
}
