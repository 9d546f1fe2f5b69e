package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
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
    ServerConfig any = ServerConfig.STANDARD;
    ServerConfig server =
        new ServerConfig(
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
            any.trust(),
            any.reloadOnChange());
    assertEquals(url, server.localUrl().toString());
  }
}
