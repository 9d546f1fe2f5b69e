package io.geminirelay.base.state.redis;

import io.geminirelay.base.config.Secret;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, as {@code redis_url} says: {@code redis://user:password@host:port/database}, with
 * {@code rediss} for TLS; {@code redis-sentinel://host,host/database#master}, or with {@code
 * ?sentinelMasterId=master}; {@code redis-socket:///path}. Several hosts, or {@code ?cluster=true},
 * make it a Cluster. {@code ca_file=/path.pem} names authorities other than the machine's; {@code
 * verifyPeer=ca} leaves the name of the host unchecked.
 *
 * @param cluster whether it is a Cluster
 * @param uris where to begin: one, but for a Cluster; they hold the password
 * @param caFile certificates of the authorities to trust, or null for the machine's
 * @param shown hosts and ports, for logs
 */
record RedisAddress(boolean cluster, List<RedisURI> uris, @Nullable Path caFile, String shown) {
  /** How long a step of a connection's beginning may take. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  /**
   * How long a command may take. Who waits for leases gives up earlier: an answer that is too late
   * for that still tells what is to be given back.
   */
  static final Duration ANSWER_PATIENCE = Duration.ofMillis(1_500);

  private static final String HOST = "(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?";
  private static final Pattern HOSTS = Pattern.compile("([^@]*@)?" + HOST + "(," + HOST + ")*");

  RedisAddress {
    uris = List.copyOf(uris);
  }

  /**
   * The address that {@code url} tells.
   *
   * @throws IllegalArgumentException if it tells none; without the URL in it
   */
  static RedisAddress of(Secret url) {
    try {
      return parse(url.reveal().trim());
    } catch (RuntimeException e) {
      // The message of the cause would show the URL, and the password with it.
      throw withoutCause();
    }
  }

  @SuppressWarnings("UnusedException") // see the catch above
  private static IllegalArgumentException withoutCause() {
    return new IllegalArgumentException("redis_url is not a URL of Redis");
  }

  private static RedisAddress parse(String url) {
    int hash = url.indexOf('#');
    String fragment = hash < 0 ? "" : url.substring(hash);
    String front = hash < 0 ? url : url.substring(0, hash);
    int question = front.indexOf('?');
    String plain = question < 0 ? front : front.substring(0, question);
    List<String> others = new ArrayList<>();
    boolean cluster = false;
    Path caFile = null;
    for (String item : question < 0 ? new String[0] : front.substring(question + 1).split("&")) {
      if (item.startsWith("cluster=")) {
        cluster = item.equals("cluster=true");
      } else if (item.startsWith("ca_file=")) {
        caFile = Path.of(URI.create("file:" + item.substring("ca_file=".length())));
      } else {
        others.add(item);
      }
    }
    String rest = others.isEmpty() ? "" : "?" + String.join("&", others);
    URI whole = URI.create(plain + rest + fragment);
    boolean plainScheme = whole.getScheme().matches("rediss?");
    String authority = whole.getRawAuthority();
    boolean several = plainScheme && authority != null && authority.contains(",");
    require(authority == null || HOSTS.matcher(authority).matches());
    List<RedisURI> uris =
        cluster || several
            ? RedisClusterURIUtil.toRedisURIs(whole)
            : List.of(RedisURI.create(whole));
    require(!uris.isEmpty());
    uris.forEach(uri -> check(uri, whole.getScheme().contains("sentinel")));
    uris.forEach(RedisAddress::setPatience);
    return new RedisAddress(cluster || several, uris, caFile, shown(uris));
  }

  private static void check(RedisURI uri, boolean sentinel) {
    require(uri.getSentinels().isEmpty() != sentinel);
    require(!sentinel || uri.getSentinelMasterId() != null);
    boolean socket = uri.getSocket() != null;
    require(socket || sentinel || (uri.getHost() != null && !uri.getHost().isEmpty()));
    require(uri.getPort() <= 65_535);
    uri.getSentinels().forEach(each -> require(each.getPort() <= 65_535));
  }

  private static void require(boolean fulfilled) {
    if (!fulfilled) {
      throw withoutCause();
    }
  }

  private static void setPatience(RedisURI uri) {
    uri.setTimeout(PATIENCE);
    uri.getSentinels().forEach(sentinel -> sentinel.setTimeout(PATIENCE));
  }

  private static String shown(List<RedisURI> uris) {
    return uris.stream()
        .flatMap(
            uri ->
                uri.getSentinels().isEmpty() ? List.of(uri).stream() : uri.getSentinels().stream())
        .map(uri -> uri.getSocket() == null ? uri.getHost() + ":" + uri.getPort() : uri.getSocket())
        .collect(Collectors.joining(","));
  }

  /** Hosts and ports alone. */
  @Override
  public String toString() {
    return shown;
  }
}
