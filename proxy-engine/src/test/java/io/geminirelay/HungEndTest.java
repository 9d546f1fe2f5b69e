package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.ServiceVariables;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.e2e.NotifySocket;
import io.geminirelay.testing.FakeTime;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An end that does not come by itself. */
class HungEndTest {
  private static final String EXTENSION = "EXTEND_TIMEOUT_USEC";

  @TempDir Path folder;

  @Test
  void theManagerIsAskedForAsMuchTimeAsTheEndCanTakeAndNoMore() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("relay.yaml"),
            "server: {port: 0, drain_timeout_secs: 2, drain_delay_secs: 1}\n"
                + "groups: [{name: g, api_keys: [k]}]\n");
    ConfigStore store = new ConfigStore(new ConfigSource(file, folder, Map.of()));
    Engine engine = Engine.of(store.load().config(), store, TimeSource.SYSTEM);
    FakeTime time = new FakeTime();
    CountDownLatch hung = new CountDownLatch(1);
    try (NotifySocket manager = new NotifySocket("@relay-" + UUID.randomUUID())) {
      ServiceLink link =
          ServiceLink.of(engine, new ServiceVariables(manager.name(), Duration.ZERO, 0), time);
      engine.loops().get(0).execute(() -> await(hung));
      var stopped = engine.drain().toCompletableFuture();
      link.stopping();
      String first = manager.await("STOPPING=1", 1);
      assertEquals("15000000", NotifySocket.value(first, EXTENSION));
      time.advance(Duration.ofSeconds(17));
      manager.awaitThat(
          told -> NotifySocket.value(told.get(told.size() - 1), EXTENSION).equals("1000000"),
          "the last second of 1 + 2 + 15");
      time.advance(Duration.ofSeconds(1));
      manager.awaitThat(
          told -> NotifySocket.value(told.get(told.size() - 1), EXTENSION).isEmpty(),
          "the last message to ask for nothing");
      assertFalse(stopped.isDone());
      link.close();
    } finally {
      hung.countDown();
      engine.drain().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @SuppressWarnings("NullAway") // none of its parts can end
  void whatFailsDoesNotKeepTheRestFromEnding() throws Exception {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    var ended = new Ending(null, null, null, null, loops, null, null).begin(Duration.ZERO);
    assertEquals(false, ended.toCompletableFuture().get(30, TimeUnit.SECONDS));
    assertTrue(loops.isTerminated());
  }
}
