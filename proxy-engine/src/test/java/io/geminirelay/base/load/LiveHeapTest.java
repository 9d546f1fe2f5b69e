package io.geminirelay.base.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveHeapTest {
  private static final int BLOCK = 50_000;

  /** Read by nobody: makes garbage beside what stays. */
  private static volatile byte[] garbage = {};

  @ParameterizedTest
  @ValueSource(strings = {"UseSerialGC", "UseParallelGC", "UseG1GC", "UseZGC"})
  void aHeapThatFillsIsSeenBeforeItIsFullWhateverCollectsIt(String collector) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                java,
                "-XX:+" + collector,
                "-Xmx64m",
                "-cp",
                classPath,
                LiveHeapTest.class.getName())
            .inheritIO()
            .start();
    assertEquals(0, process.waitFor());
  }

  /** Fills the heap with what stays; ends well if three quarters of it are seen to be in use. */
  public static void main(String[] none) {
    LiveHeap heap = new LiveHeap(Long.MAX_VALUE);
    long most = Runtime.getRuntime().maxMemory() / 100 * 88;
    List<byte[]> live = new ArrayList<>();
    for (long used = 0; used < most; used += BLOCK) {
      live.add(new byte[BLOCK]);
      for (int i = 0; i < 20; i++) {
        garbage = new byte[BLOCK / 10];
      }
      if (heap.ratio(used) > 0.75) {
        System.exit(0);
      }
    }
    System.exit(live.isEmpty() ? 2 : 1);
  }
}
