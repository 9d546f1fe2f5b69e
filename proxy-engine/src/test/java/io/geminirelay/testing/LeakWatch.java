package io.geminirelay.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Fails a test class after which a Netty buffer is found that nobody can release any more.
 *
 * <p>As a launcher session listener it replaces Netty's leak detectors, before any of them exists,
 * by ones that keep their reports; as a Jupiter extension it collects garbage after each top-level
 * test class and fails the class when a report has come in. A leak shows in the class that was
 * running when its buffer became unreachable, at the latest in the next one.
 */
public final class LeakWatch implements LauncherSessionListener, AfterAllCallback {

  private static final long GARBAGE_WAIT_MILLIS = 2_000;
  private static final Queue<String> REPORTS = new ConcurrentLinkedQueue<>();
  private static final Queue<Detector<?>> DETECTORS = new ConcurrentLinkedQueue<>();

  /** Installs the detectors; the second and later sessions of one JVM find them in place. */
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    if (!(ResourceLeakDetectorFactory.instance() instanceof Factory)) {
      ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
      ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    }
  }

  /** Fails the class when a leak was found; nested classes are left to the outermost one. */
  @Override
  public void afterAll(ExtensionContext context) {
    if (context.getParent().flatMap(ExtensionContext::getTestClass).isPresent()) {
      return;
    }
    List<String> leaks = drain();
    if (!leaks.isEmpty()) {
      throw new AssertionError(
          leaks.size() + " leaked resource(s):\n" + String.join("\n---\n", leaks));
    }
  }

  /** Collects garbage until every unreachable resource has been reported, and takes the reports. */
  static List<String> drain() {
    // References of one collection are queued in no order: the second round's sentinel is behind
    // everything that the first round found.
    for (int round = 0; round < 2; round++) {
      collectGarbage();
    }
    DETECTORS.forEach(Detector::report);
    List<String> leaks = new ArrayList<>();
    for (String leak = REPORTS.poll(); leak != null; leak = REPORTS.poll()) {
      leaks.add(leak);
    }
    return leaks;
  }

  private static void collectGarbage() {
    ReferenceQueue<Object> queue = new ReferenceQueue<>();
    Reference<Object> sentinel = new PhantomReference<>(new Object(), queue);
    try {
      System.gc();
      if (queue.remove(GARBAGE_WAIT_MILLIS) != sentinel) {
        throw new AssertionError("no garbage collection: explicit collections must be enabled");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while looking for leaks", e);
    }
  }

  /** Hands out detectors that keep their reports. */
  private static final class Factory extends ResourceLeakDetectorFactory {
    @Override
    @SuppressWarnings("deprecation") // the one abstract method of Netty's factory is deprecated
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      Detector<T> detector = new Detector<>(resource, samplingInterval);
      DETECTORS.add(detector);
      return detector;
    }
  }

  /** Keeps reports instead of logging them. */
  private static final class Detector<T> extends ResourceLeakDetector<T> {
    Detector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    /** Tracks one object for an instant: Netty looks at its queue only when it tracks a new one. */
    @SuppressWarnings("unchecked") // the detector keeps a weak reference to it, nothing more
    void report() {
      T probe = (T) new Object();
      trackForcibly(probe).close(probe);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      REPORTS.add(resourceType + " was not released before it was garbage-collected." + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      REPORTS.add(resourceType + " was not released before it was garbage-collected.");
    }
  }
}
