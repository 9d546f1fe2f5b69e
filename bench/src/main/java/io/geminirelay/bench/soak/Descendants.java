package io.geminirelay.bench.soak;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Ends the processes that a process started. */
final class Descendants {
  private Descendants() {}

  /** Kills them and theirs, those too that are started meanwhile, and waits until they are gone. */
  static void end(ProcessHandle of) {
    for (List<ProcessHandle> all = of.descendants().toList();
        !all.isEmpty();
        all = of.descendants().toList()) {
      all.forEach(ProcessHandle::destroyForcibly);
      CompletableFuture.allOf(
              all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
          .join();
    }
  }
}
