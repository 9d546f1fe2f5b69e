package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
  private static RedisAddress of(String url) {
    return RedisAddress.of(Secret.of(url));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redis://localhost                                   | false | localhost:6379",
        "redis://me:s3cret@cache.local:7000/2                | false | cache.local:7000",
        "rediss://:s3cret@10.0.0.1:6380                      | false | 10.0.0.1:6380",
        "redis://h:1?cluster=true                            | true  | h:1",
        "redis://h:1?cluster=false&timeout=3s                | false | h:1",
        "redis://me:s3cret@h:1,i:2,j                         | true  | h:1,i:2,j:6379",
        "rediss://me:s3cret@h:1,i:2?verifyPeer=CA            | true  | h:1,i:2",
        "redis-sentinel://me:s3cret@h:1,i/3#main             | false | h:1,i:26379",
        "redis-sentinel://h:1/0?sentinelMasterId=main        | false | h:1",
        "redis-socket:///run/redis/redis.sock?database=2     | false | /run/redis/redis.sock",
      })
  void tellsWhereRedisIs(String url, boolean cluster, String shown) {
    RedisAddress address = of(url);
    assertEquals(cluster, address.cluster());
    assertEquals(shown, address.toString());
    address.uris().forEach(uri -> assertEquals(RedisAddress.PATIENCE, uri.getTimeout()));
  }

  @Test
  void takesUserPasswordAndDatabase() {
    var uri = of("rediss://me:a%40b%2Fc@h:1/4?ca_file=/etc/ssl/own%20ca.pem").uris().get(0);
    assertTrue(uri.isSsl());
    assertTrue(uri.isVerifyPeer());
    assertEquals(4, uri.getDatabase());
    var credentials = uri.getCredentialsProvider().resolveCredentials().block();
    assertEquals("me", credentials.getUsername());
    assertEquals("a@b/c", String.valueOf(credentials.getPassword()));
    assertEquals(
        Path.of("/etc/ssl/own ca.pem"), of("rediss://h?ca_file=/etc/ssl/own%20ca.pem").caFile());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nowhere",
        "http://me:s3cret@h",
        "redis://me:s3cret@h:99999",
        "redis://me:s3cret@h:x",
        "redis://me:s3cret@[h",
        "redis-sentinel://me:s3cret@h:1",
        "redis://me:s3cret%@h",
        "redis://",
      })
  void refusesOthersWithoutShowingThem(String url) {
    var refused = assertThrows(IllegalArgumentException.class, () -> of(url));
    for (Throwable at = refused; at != null; at = at.getCause()) {
      assertFalse(String.valueOf(at.getMessage()).contains("s3cret"), at.getMessage());
    }
  }
}
