package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.base.config.ServerConfig.Trust;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, false, http://127.0.0.1:8080",
    "10.0.0.5, false, http://10.0.0.5:8080",
    "relay.example, true, https://relay.example:8080",
    "0.0.0.0, true, https://127.0.0.1:8080",
    "::, false, http://[::1]:8080",
    "::1, true, https://[::1]:8080",
    "2001:db8::7, false, http://[2001:db8::7]:8080"
  })
  void isReachedFromItsOwnMachineWhereItListens(String host, boolean tls, String url) {
    ServerConfig server = server(host, tls, Trust.NOBODY);
    assertEquals(url, server.localUrl().toString());
  }

  @Test
  void aRunningListenerKeepsWhetherItHasTlsAndPlainBeginnings() {
    ServerConfig next = server("0.0.0.0", true, new Trust(List.of("10.0.0.0/8"), true));
    ServerConfig kept = next.keeping(ServerConfig.STANDARD);
    assertNull(kept.tls(), "connections that are plain are not to be taken for safe ones");
    assertEquals(new Trust(List.of("10.0.0.0/8"), false), kept.trust());
    assertEquals("0.0.0.0", kept.host());
    assertEquals(next, next.keeping(next));
  }

  private static ServerConfig server(String host, boolean tls, Trust trust) {
    ServerConfig any = ServerConfig.STANDARD;
    return new ServerConfig(
        host,
        any.port(),
        any.transport(),
        any.workers(),
        any.maxConnections(),
        any.limits(),
        any.drain(),
        tls ? new ServerConfig.TlsFiles(Path.of("c"), Path.of("k")) : null,
        null,
        null,
        trust,
        any.reloadOnChange(),
        any.http2(),
        any.overload(),
        any.reusePort(),
        any.drainDelay(),
        any.allocator());
  }
}
