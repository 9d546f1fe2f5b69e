package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.StateConfig;
import io.geminirelay.base.exchange.TimeSource;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateStoresTest {
  @TempDir Path folder;

  @Test
  void redisComesBeforeTheFolderAndTheFolderBeforeNothing() {
    Secret url = Secret.of("redis://127.0.0.1:1");
    try (StateStore shared = StateStores.of(new StateConfig(url, "p:", folder), TimeSource.SYSTEM);
        StateStore kept = StateStores.of(new StateConfig(null, "p:", folder), TimeSource.SYSTEM);
        StateStore none = StateStores.of(StateConfig.STANDARD, TimeSource.SYSTEM)) {
      assertEquals("redis", shared.name());
      assertNotNull(shared.leases());
      assertEquals("file", kept.name());
      assertNull(kept.leases());
      assertEquals("memory", none.name());
      assertNull(none.leases());
    }
  }
}
