package io.geminirelay.base.state;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where facts are kept. Thread safe; nothing here blocks, but for {@link #close}. */
public interface StateStore extends AutoCloseable {
  /** {@code memory}, {@code file} or {@code redis}. */
  String name();

  /**
   * Begins to tell {@code listener} what is kept, on any thread: all of it as soon as it can be
   * read, and again whenever changes may have been missed; what others change, at once. To be
   * called once.
   */
  void open(Listener listener);

  /**
   * Keeps {@code batch}. Completes when that is done; fails where it could not be, and then it is
   * not known how much was. One that is given before another is done is kept after it.
   */
  CompletionStage<Void> write(Batch batch);

  /**
   * Changes that one batch should hold at most, so that who shares the store is not kept waiting.
   */
  default int mostAtOnce() {
    return Integer.MAX_VALUE;
  }

  /** How soon it wants to be given what changed, in milliseconds. */
  default long noticeMillis() {
    return 20;
  }

  /** Whether the store could be reached when it was last tried; false before that. */
  boolean isUp();

  /** Whether the store could not be reached when it was last tried; false before that. */
  default boolean hasFailed() {
    return !isUp();
  }

  /** How far the clock that all who share the store go by is ahead of this machine's. */
  long aheadMillis();

  /** Whether other instances hear of what is written. */
  default boolean isShared() {
    return leases() != null;
  }

  /** What several instances share limits by; null where nobody shares this store. */
  default @Nullable LeaseStore leases() {
    return null;
  }

  /** Where several instances share slots of limits; null where nobody shares this store. */
  default @Nullable SlotStore slots() {
    return null;
  }

  /** Where several instances count what they draw together; null where nobody shares this store. */
  default @Nullable LedgerStore ledgers() {
    return null;
  }

  /** Ends the listening; what was given to {@link #write} is kept first, for a second at most. */
  @Override
  void close();

  /**
   * Changes.
   *
   * @param facts that are new or say something else
   * @param gone names of facts that are over before their end
   */
  record Batch(List<Fact> facts, List<String> gone) {
    /** Copies the lists. */
    public Batch {
      facts = List.copyOf(facts);
      gone = List.copyOf(gone);
    }

    /** Whether there is nothing in it. */
    public boolean isEmpty() {
      return facts.isEmpty() && gone.isEmpty();
    }
  }

  /** Who wants to know what is kept. Ends are by this machine's clock. */
  interface Listener {
    /**
     * The store holds {@code facts}. That it holds nothing else says nothing: it may have lost
     * something. What is over is told as a change.
     */
    void all(List<Fact> facts);

    /**
     * These changes were made, by another instance; or here, where what another had written before
     * was told while they were on their way. What was told last holds.
     */
    void changed(Batch batch);
  }
}
