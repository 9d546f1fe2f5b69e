package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.testing.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the middle of writing leaves a whole file. */
class KilledWriterTest {
  private static final int KILLS = 3;
  private static final int FACTS = 20_000;

  @TempDir Path folder;

  /** Writes all the time until it is killed. */
  static final class Writer {
    public static void main(String[] args) throws Exception {
      StateFile file = new StateFile(Path.of(args[0]));
      List<Fact> facts = facts();
      while (true) {
        file.write(facts);
      }
    }
  }

  /** Counts what a store holds. */
  private static final class Told implements StateStore.Listener {
    private volatile int count;

    @Override
    public void all(List<Fact> facts) {
      count = facts.size();
    }

    @Override
    public void changed(StateStore.Batch batch) {
      throw new AssertionError("nobody else writes");
    }
  }

  private static List<Fact> facts() {
    return IntStream.range(0, FACTS)
        .mapToObj(i -> new Fact("key/" + i, Map.of("what", "some text " + i), Long.MAX_VALUE))
        .toList();
  }

  private List<Path> unfinished() {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".tmp")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void leavesAWholeFileAndWhatItHadBegunIsRemoved() throws Exception {
    Path written = folder.resolve(StateFile.NAME);
    for (int i = 0; i < KILLS; i++) {
      List<Path> before = unfinished();
      Process writer = start();
      RedisServer.await(
          "a second writing to be under way",
          () -> Files.exists(written) && unfinished().stream().anyMatch(f -> !before.contains(f)));
      writer.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
      assertEquals(FACTS, new StateFile(folder).read().size());
      assertFalse(Files.exists(folder.resolve(StateFile.BROKEN)));
    }
    Files.writeString(folder.resolve("." + StateFile.NAME + ".123.tmp"), "{\"version\":1,\"fa");
    FileStore store = new FileStore(folder, TimeSource.SYSTEM);
    Told told = new Told();
    store.open(told);
    RedisServer.await("the facts to be read", () -> told.count == FACTS);
    store.close();
    assertEquals(List.of(), unfinished());
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Writer.class.getName(),
            folder.toString())
        .inheritIO()
        .start();
  }
}
