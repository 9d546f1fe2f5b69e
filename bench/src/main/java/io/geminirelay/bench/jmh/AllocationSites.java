package io.geminirelay.bench.jmh;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * What was allocated where, out of a flight recording: bytes by class and the innermost frames of
 * the stack. Each sample stands for the bytes since the one before it.
 */
final class AllocationSites {
  /** The event that is counted. */
  static final String EVENT = "jdk.ObjectAllocationSample";

  private static final int FRAMES = 8;
  private static final long MOST = 1 << 16;
  private static final String OURS = "io.geminirelay.";

  /**
   * One place.
   *
   * @param thread name of the thread
   * @param what the class
   * @param stack the innermost frames, the allocating one first
   * @param bytes allocated in all
   */
  record Site(String thread, String what, List<String> stack, long bytes) {}

  private AllocationSites() {}

  /** The sites in {@code recording}, those with most bytes first. */
  static List<Site> in(Path recording) throws IOException {
    Map<List<String>, Long> sums = new HashMap<>();
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        // A sample that stands for more counts what was before the recording, too.
        if (event.getEventType().getName().equals(EVENT) && event.getLong("weight") <= MOST) {
          sums.merge(key(event), event.getLong("weight"), Long::sum);
        }
      }
    }
    return sums.entrySet().stream()
        .map(
            each -> {
              List<String> key = each.getKey();
              return new Site(key.get(0), key.get(1), key.subList(2, key.size()), each.getValue());
            })
        .sorted(Comparator.comparingLong(Site::bytes).reversed())
        .toList();
  }

  private static List<String> key(RecordedEvent event) {
    RecordedClass what = event.getClass("objectClass");
    List<String> key = new ArrayList<>();
    key.add(event.getThread().getJavaName());
    key.add(what.getName());
    RecordedStackTrace trace = event.getStackTrace();
    List<RecordedFrame> frames = trace == null ? List.of() : trace.getFrames();
    boolean own = false;
    for (RecordedFrame frame : frames) {
      String type = frame.getMethod().getType().getName();
      // The first frames, and the first of the gateway's own where it comes later.
      if (key.size() < FRAMES + 2 || (!own && type.startsWith(OURS))) {
        own |= type.startsWith(OURS);
        String simple = type.substring(type.lastIndexOf('.') + 1);
        key.add(simple + "." + frame.getMethod().getName() + ":" + frame.getLineNumber());
      }
    }
    return List.copyOf(key);
  }
}
