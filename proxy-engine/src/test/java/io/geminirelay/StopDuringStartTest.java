package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.ServiceVariables;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.e2e.NotifySocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop that comes when the listener is bound and nothing else has begun. */
class StopDuringStartTest {
  @TempDir Path folder;

  private Engine engine() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("relay.yaml"),
            "server: {port: 0, drain_timeout_secs: 1}\ngroups: [{name: g, api_keys: [k]}]\n");
    ConfigStore store = new ConfigStore(new ConfigSource(file, folder, Map.of()));
    return Engine.of(store.load().config(), store, TimeSource.SYSTEM);
  }

  @Test
  void nothingBeginsAfterTheEnd() throws Exception {
    Engine engine = engine();
    engine.drain().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertDoesNotThrow(() -> engine.listening(new InetSocketAddress(0)));
    assertEquals(Engine.State.STOPPED, engine.state());
  }

  @Test
  void theServiceManagerIsNotToldThatItIsReady() throws Exception {
    Engine engine = engine();
    try (NotifySocket manager = new NotifySocket("@relay-" + UUID.randomUUID())) {
      ServiceLink link =
          ServiceLink.of(engine, new ServiceVariables(manager.name(), Duration.ZERO, 0));
      link.stopping();
      link.ready();
      link.failed("the last word");
      manager.await("STATUS=the last word", 1);
      assertEquals(1, manager.count("STOPPING=1"));
      assertEquals(0, manager.count("READY=1"), manager.messages()::toString);
      link.close();
    } finally {
      engine.drain().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }
}
