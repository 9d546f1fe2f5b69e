package io.geminirelay.command;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** A small HTTP server that speaks the admin API as the command reads it. */
final class AdminServer implements AutoCloseable {
  static final String TOKEN = "open-sesame-open-sesame";

  private final HttpServer server;
  private final String root;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, String> pages = new ConcurrentHashMap<>();

  AdminServer(int port) throws IOException {
    this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0), "");
  }

  /** Over TLS with {@code key}; its API is below {@code prefix}. */
  static AdminServer secure(SSLContext key, String prefix) throws IOException {
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(key));
    return new AdminServer(https, prefix);
  }

  /** Whose API is below {@code prefix}, as behind a proxy that adds it. */
  static AdminServer below(String prefix) throws IOException {
    return new AdminServer(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), prefix);
  }

  private AdminServer(HttpServer server, String prefix) {
    this.server = server;
    this.root = prefix + "/admin/api/";
    server.setExecutor(threads);
    pages.put(
        "overview",
        """
        {"version":"9.9.9","started_at":"2026-07-15T18:00:00Z","uptime_seconds":3725,
        "now":"2026-07-15T19:02:05Z","status":"ok","in_flight":4,"waiting":2,"connections":17,
        "keys":{"total":5,"available":2,"cooling":1,"failing":0,"invalid":1,"disabled":1},
        "capacity_returns_at":"2026-07-15T19:03:00Z",
        "last_minute":{"requests":120,"served":118,"refused":1,"failed":1,"abandoned":0,
        "attempts":130,"upstream_refusals":9,"prompt_tokens":1234567,"cached_tokens":2000,
        "output_tokens":34567,"thought_tokens":0,"p50_ms":412,"p99_ms":2100.4}}""");
    pages.put(
        "keys",
        """
        {"total":1,"keys":[{"id":"aa","name":"g/1#aaaaaaaaaa","group":"g","weight":1,"health":0.5,
        "state":"STATE","reason":"quota_per_minute","seconds_left":75}]}""");
    pages.put(
        "groups",
        """
        {"groups":[{"name":"g","target":"example.org","states":{"available":2,"cooling":1},
        "models":[],"exits":[],"keys":5}]}""");
    pages.put(
        "models",
        """
        {"models":[{"model":"evil\\u001b[31m\\u0007name","requests":7,"prompt_tokens":10,
        "output_tokens":20,"p50_ms":5,"keys_open":2,"keys_cooling":1}]}""");
    pages.put(
        "exits",
        """
        {"exits":[{"exit":"SOCKS5://127.0.0.1:1080","target":"example.org","state":"cooling",
        "reason":"egress_connect","until":"2026-07-15T19:02:30Z","failures":3,"keys":2}],
        "breakers":[{"target":"example.org","state":"admitting",
        "models":[{"model":"m","state":"refusing"}]}]}""");
    server.createContext(root, this::answer);
    server.start();
  }

  private void answer(com.sun.net.httpserver.HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(root.length());
      String query = String.valueOf(exchange.getRequestURI().getQuery());
      boolean known =
          ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
      String state = query.replaceAll(".*state=(\\w+).*", "$1");
      String page = pages.getOrDefault(path, "{}").replace("STATE", state);
      byte[] body = (known ? page : "{}").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(known ? 200 : 401, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Answers {@code what} with another page from now on. */
  void set(String what, String json) {
    pages.put(what, json);
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
