package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGHUP at the two ends of the process's life. */
class EngineReloadTest {
  @Test
  void aStoppedEngineIsReadAnewNoMore(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("relay.yaml"),
            "server: {port: 0, drain_timeout_secs: 1}\ngroups: [{name: g, api_keys: [k]}]\n");
    ConfigStore store = new ConfigStore(new ConfigSource(file, folder, Map.of()));
    Engine engine = Engine.of(store.load().config(), store, TimeSource.SYSTEM);
    engine.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
    engine.drain().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertDoesNotThrow(() -> engine.reload(() -> {}, () -> {}));
  }

  @Test
  void signalsThatCameTooEarlyCountOnceAndLaterOnesEach() {
    ReloadSignal signal = new ReloadSignal();
    AtomicInteger reloads = new AtomicInteger();
    signal.raised();
    signal.raised();
    assertEquals(0, reloads.get());
    signal.follow(reloads::incrementAndGet);
    assertEquals(1, reloads.get());
    signal.raised();
    assertEquals(2, reloads.get());
  }
}
