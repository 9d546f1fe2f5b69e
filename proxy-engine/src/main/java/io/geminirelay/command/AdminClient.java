package io.geminirelay.command;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/** Asks the admin API of a running gateway how it is. Blocking; for one thread. */
final class AdminClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final List<String> TROUBLED = List.of("invalid", "failing", "cooling");
  private static final int MOST_KEYS = 50;

  private final URI base;
  private final String token;
  private final HttpClient http;

  /**
   * Asks a gateway.
   *
   * @param base its address, with the prefix where a proxy in front of it adds one
   * @param token its admin token
   * @param trust says whether it is the one that is meant
   */
  AdminClient(URI base, String token, SSLContext trust) {
    this.base = base;
    this.token = token;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .sslContext(trust)
            .build();
  }

  /** The gateway's address. */
  URI base() {
    return base;
  }

  /** The token is not the gateway's, or the gateway has no admin API. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /**
   * Everything that the view shows.
   *
   * @throws RefusedException if asking again is of no use
   * @throws IOException if the gateway does not answer
   */
  Snapshot ask() throws IOException, InterruptedException {
    Json overview = get("overview");
    List<Json> keys = new ArrayList<>();
    for (String state : TROUBLED) {
      keys.addAll(get("keys?state=" + state + "&limit=" + MOST_KEYS).at("keys").elements());
    }
    Json exits = get("exits");
    return new Snapshot(
        overview,
        get("groups").at("groups").elements(),
        get("models").at("models").elements(),
        keys,
        exits.at("exits").elements(),
        exits.at("breakers").elements());
  }

  private URI page(String what) {
    String prefix = base.toString();
    return URI.create(prefix + (prefix.endsWith("/") ? "" : "/") + "admin/api/" + what);
  }

  private Json get(String what) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(page(what))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header("Accept", "application/json")
            .build();
    HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    return switch (answer.statusCode()) {
      case 200 -> Json.parse(answer.body());
      case 401, 403 -> throw new RefusedException("the gateway does not accept this admin token");
      case 404 ->
          throw new RefusedException("there is no admin API; the gateway needs an admin token");
      case 429 ->
          throw new RefusedException("the gateway has locked this address out for wrong tokens");
      default -> throw new IOException("the gateway answered " + answer.statusCode());
    };
  }
}
