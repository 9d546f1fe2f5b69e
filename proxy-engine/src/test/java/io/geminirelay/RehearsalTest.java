package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.command.Exit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  @TempDir private Path folder;

  @Test
  void whateverGoesWrongEndsWithOne() {
    assertEquals(Exit.OK, Rehearsal.code(() -> Exit.OK));
    assertEquals(
        Exit.FAILED,
        Rehearsal.code(
            () -> {
              throw new IOException("a test: answered otherwise");
            }));
    assertEquals(
        Exit.FAILED,
        Rehearsal.code(
            () -> {
              throw new NoClassDefFoundError("a test: no such class");
            }));
  }

  @Test
  void everyRequestGoesAsItShould() throws Exception {
    try (RehearsalUpstream upstream = RehearsalUpstream.start()) {
      ConfigStore store = Rehearsal.store(folder, upstream);
      Engine engine = Engine.of(store.load().config(), store, TimeSource.SYSTEM);
      try {
        engine.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
        Rehearsal.ask(engine.port(), 2);
      } finally {
        assertTrue(engine.drain().toCompletableFuture().get(30, TimeUnit.SECONDS), "all served");
      }
    }
  }
}
