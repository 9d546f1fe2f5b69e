package io.geminirelay.base.state;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keeps nothing: what the engine knows ends with the process. */
public final class MemoryStore implements StateStore {
  /** A store of nothing. */
  public MemoryStore() {}

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void open(Listener listener) {
    listener.all(List.of());
  }

  @Override
  public CompletionStage<Void> write(Batch batch) {
    return CompletableFuture.completedStage(null);
  }

  /** Nobody waits for it but who looks at figures. */
  @Override
  public long noticeMillis() {
    return 1_000;
  }

  @Override
  public boolean isUp() {
    return true;
  }

  @Override
  public long aheadMillis() {
    return 0;
  }

  @Override
  public void close() {
    // There is nothing to end.
  }
}
