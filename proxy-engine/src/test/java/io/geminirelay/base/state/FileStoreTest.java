package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.testing.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class FileStoreTest {
  @TempDir Path folder;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.geminirelay.base.state");

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  private static final class Reader implements StateStore.Listener {
    final BlockingQueue<List<Fact>> told = new LinkedBlockingQueue<>();

    @Override
    public void all(List<Fact> facts) {
      told.add(facts);
    }

    @Override
    public void changed(StateStore.Batch batch) {
      throw new AssertionError("nobody shares a file");
    }
  }

  private static Fact fact(String name, long lastsMillis) {
    long until = Instant.now().toEpochMilli() + lastsMillis;
    return new Fact(name, Map.of("reason", "day", "at", "ü\"\\"), until);
  }

  /** What a store finds in the folder. */
  private List<Fact> found() throws InterruptedException {
    try (FileStore store = new FileStore(folder, TimeSource.SYSTEM)) {
      return found(store);
    }
  }

  private static List<Fact> found(FileStore store) throws InterruptedException {
    Reader reader = new Reader();
    store.open(reader);
    List<Fact> told = reader.told.poll(20, TimeUnit.SECONDS);
    assertTrue(told != null, "nothing was told");
    return told;
  }

  private static void write(FileStore store, List<Fact> facts, List<String> gone) {
    store.write(new StateStore.Batch(facts, gone)).toCompletableFuture().join();
  }

  private long warnings() {
    return List.copyOf(log.list).stream().filter(each -> each.getLevel() == Level.WARN).count();
  }

  @Test
  void keepsFactsForTheNextStart() throws Exception {
    Fact daily = fact("bucket/p/gemini-2.5-pro", 3_600_000);
    try (FileStore store = new FileStore(folder, TimeSource.SYSTEM)) {
      assertEquals(List.of(), found(store));
      write(store, List.of(daily, fact("key/a", 3_600_000)), List.of());
      write(store, List.of(), List.of("key/a"));
      assertTrue(store.isUp());
    }
    assertEquals(List.of(daily), found());
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("state.json"))));
    try (var files = Files.list(folder)) {
      assertEquals(
          Set.of("state.json", "state.lock"),
          files.map(each -> each.getFileName().toString()).collect(Collectors.toSet()));
    }
    assertEquals(0, warnings());
  }

  @Test
  void whatComesInLastIsWrittenBeforeTheEnd() throws Exception {
    Fact last = fact("bucket/last", 3_600_000);
    try (FileStore store = new FileStore(folder, TimeSource.SYSTEM)) {
      found(store);
      write(store, List.of(fact("bucket/first", 3_600_000)), List.of());
      var unused = store.write(new StateStore.Batch(List.of(last), List.of("bucket/first")));
    }
    assertEquals(List.of(last), found());
  }

  @Test
  void whateverFailsIsToldAndTriedAgain() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    FileStore.Saving broken =
        facts -> {
          if (tries.incrementAndGet() == 2) {
            throw new IllegalStateException("a writer's own failure");
          }
          new StateFile(folder).write(facts);
        };
    Fact kept = fact("bucket/a", 3_600_000);
    Reader reader = new Reader();
    try (FileStore store = new FileStore(folder, TimeSource.SYSTEM, broken)) {
      store.open(reader);
      RedisServer.await("the first writing", () -> tries.get() == 1);
      CompletableFuture<Void> written =
          store.write(new StateStore.Batch(List.of(kept), List.of())).toCompletableFuture();
      assertThrows(ExecutionException.class, () -> written.get(20, TimeUnit.SECONDS));
      assertFalse(store.isUp());
      RedisServer.await("the next try", store::isUp);
      assertEquals(List.of(kept), new StateFile(folder).read());
    }
    assertEquals(1, log.list.stream().filter(e -> e.getLevel() == Level.WARN).count());
  }

  @Test
  void aFileThatTakesLongIsWrittenRarely() {
    assertEquals(1_000, FileStore.spacingMillis(TimeUnit.MILLISECONDS.toNanos(3)));
    assertEquals(5_000, FileStore.spacingMillis(TimeUnit.MILLISECONDS.toNanos(100)));
    assertEquals(30_000, FileStore.spacingMillis(TimeUnit.SECONDS.toNanos(9)));
  }

  @Test
  void dropsWhatIsOver() throws Exception {
    try (FileStore store = new FileStore(folder, TimeSource.SYSTEM)) {
      found(store);
      write(store, List.of(fact("bucket/over", -1), fact("bucket/b", 3_600_000)), List.of());
    }
    assertFalse(Files.readString(folder.resolve("state.json")).contains("bucket/over"));
    Files.writeString(
        folder.resolve("state.json"),
        "{\"version\":1,\"facts\":[{\"name\":\"key/a\",\"until\":5,\"fields\":{}}]}");
    assertEquals(List.of(), found());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"version\":1,\"facts\":[{\"name\":\"key/a\",\"until\":99",
        "no json",
        "[]",
        "{}",
        "{\"version\":1,\"facts\":[]} {",
        "{\"version\":1,\"facts\":[{\"name\":\"k/a\",\"until\":99999999999999999999999999}]}",
        "\u0000\u0000\u0000\u0000",
      })
  void aDamagedFileIsSetAside(String text) throws Exception {
    Files.writeString(folder.resolve("state.json"), text);
    try (FileStore store = new FileStore(folder, TimeSource.SYSTEM)) {
      assertEquals(List.of(), found(store));
      assertEquals(text, Files.readString(folder.resolve("state.json.broken")));
      write(store, List.of(fact("bucket/a", 3_600_000)), List.of());
      assertTrue(store.isUp());
    }
    assertEquals(1, warnings());
    assertEquals(1, found().size());
  }

  @Test
  void whatANewerVersionWroteIsReadAsFarAsItIsKnown() throws Exception {
    long until = Instant.now().toEpochMilli() + 3_600_000;
    String newer =
        """
        {"version":7,"made":{"by":["x",{}]},"facts":[
        {"name":"key/a","until":%d,"fields":{"reason":"day","new":{"a":1},"count":3},"more":[1,{}]},
        {"id":"another kind"}, 5, [1], null],"end":null}
        """
            .formatted(until);
    Files.writeString(folder.resolve("state.json"), newer);
    Fact understood = new Fact("key/a", Map.of("reason", "day", "count", "3"), until);
    try (FileStore store = new FileStore(folder, TimeSource.SYSTEM)) {
      assertEquals(List.of(understood), found(store));
      write(store, List.of(fact("key/b", 3_600_000)), List.of());
    }
    // It is there still for that version, which comes back, with all it says.
    Path kept = folder.resolve("state.json.newer");
    assertEquals(newer, Files.readString(kept));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)));
    assertEquals(2, found().size());
    assertEquals(newer, Files.readString(kept));
    assertEquals(0, warnings());
  }

  @Test
  void twoOnOneFolderAreToldOnce() throws Exception {
    try (FileStore first = new FileStore(folder, TimeSource.SYSTEM)) {
      found(first);
      try (FileStore second = new FileStore(folder, TimeSource.SYSTEM)) {
        found(second);
        write(second, List.of(fact("key/a", 3_600_000)), List.of());
        write(second, List.of(fact("key/b", 3_600_000)), List.of());
      }
      assertEquals(1, warnings());
    }
    assertEquals(2, found().size());
    assertEquals(1, warnings());
  }

  @Test
  void goesOnWithoutAFolderAndWritesWhenItIsThere() throws Exception {
    Path inTheWay = folder.resolve("state");
    Files.writeString(inTheWay, "a file");
    try (FileStore store = new FileStore(inTheWay, TimeSource.SYSTEM)) {
      assertEquals(List.of(), found(store));
      Fact fact = fact("bucket/a", 3_600_000);
      var refused = store.write(new StateStore.Batch(List.of(fact), List.of()));
      assertTrue(refused.handle((none, failure) -> failure != null).toCompletableFuture().join());
      assertFalse(store.isUp());
      Files.delete(inTheWay);
      awaitUp(store);
      assertTrue(Files.readString(inTheWay.resolve("state.json")).contains("bucket/a"));
    }
    assertEquals(1, warnings());
  }

  private static void awaitUp(FileStore store) throws InterruptedException, IOException {
    long begun = System.nanoTime();
    while (!store.isUp()) {
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(30), "still down");
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }
}
