package io.geminirelay.base.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last exchanges of the traffic, 1,000 of them, each with a number that grows by one. Thread
 * safe and without locks: adding, on event loops, takes a number and writes one slot; reading looks
 * at all slots and is for other threads.
 *
 * <p>Texts that clients wrote are cut off when kept, so that what is kept is bounded.
 */
public final class Journal {
  /** Exchanges kept. */
  public static final int CAPACITY = 1_000;

  private final AtomicReferenceArray<@Nullable Entry> ring = new AtomicReferenceArray<>(CAPACITY);
  private final AtomicLong last = new AtomicLong();

  /** An empty journal. */
  public Journal() {}

  /**
   * One kept exchange.
   *
   * @param seq its number; the first is 1
   * @param settled what is told of it
   */
  public record Entry(long seq, Settled settled) {}

  /** Keeps {@code settled} in place of the oldest. */
  void add(Settled settled) {
    long seq = last.incrementAndGet();
    ring.setRelease(slot(seq), new Entry(seq, settled.bounded()));
  }

  private static int slot(long seq) {
    return (int) (seq % CAPACITY);
  }

  /** Number of the newest; 0 while there is none. */
  public long newest() {
    return last.get();
  }

  /** Those kept, newest first. */
  public List<Entry> newestFirst() {
    return before(Long.MAX_VALUE);
  }

  /** Those kept with a number below {@code seq}, newest first. */
  public List<Entry> before(long seq) {
    long newest = last.get();
    List<Entry> found = new ArrayList<>();
    for (long at = Math.min(newest, seq - 1); at > 0 && at > newest - CAPACITY; at--) {
      Entry entry = at(at);
      if (entry != null) {
        found.add(entry);
      }
    }
    return found;
  }

  /**
   * Those with a number above {@code seq}, oldest first. Ends before one that is being written just
   * now, so that who goes on from the last it got misses none but those already overwritten.
   */
  public List<Entry> since(long seq) {
    long newest = last.get();
    List<Entry> found = new ArrayList<>();
    for (long at = Math.max(seq, newest - CAPACITY) + 1; at <= newest; at++) {
      Entry entry = ring.getAcquire(slot(at));
      if (entry == null || entry.seq() < at) {
        break;
      }
      if (entry.seq() == at) {
        found.add(entry);
      }
    }
    return found;
  }

  /** The newest with request id {@code id}; null for none. */
  public @Nullable Entry byId(String id) {
    long newest = last.get();
    for (long at = newest; at > 0 && at > newest - CAPACITY; at--) {
      Entry entry = at(at);
      if (entry != null && entry.settled().id().equals(id)) {
        return entry;
      }
    }
    return null;
  }

  private @Nullable Entry at(long seq) {
    Entry entry = ring.getAcquire(slot(seq));
    return entry != null && entry.seq() == seq ? entry : null;
  }
}
