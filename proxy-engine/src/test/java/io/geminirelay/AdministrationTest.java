package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdministrationTest {
  @TempDir Path folder;

  @Test
  void aSignalThatComesAfterTheEndIsPassedOver() throws Exception {
    Path file = Files.writeString(folder.resolve("c.yaml"), "groups: [{name: g, api_keys: [k]}]");
    EngineConfig config = ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
    Engine engine = Engine.of(config, TimeSource.SYSTEM);
    engine.drain().toCompletableFuture().join();
    assertEquals(Engine.State.STOPPED, engine.state());
    assertDoesNotThrow(() -> engine.reload(() -> {}, () -> {}));
  }
}
