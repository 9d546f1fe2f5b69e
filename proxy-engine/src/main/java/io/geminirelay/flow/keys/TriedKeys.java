package io.geminirelay.flow.keys;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys one exchange has used up: each is tried at most once. Allocates nothing for the first 64
 * keys of a ring. Belongs to one exchange and its event loop.
 */
public final class TriedKeys {
  private static final int WORD = 64;

  private long first;
  private @Nullable BitSet rest;
  private int size;

  /** Adds {@code key}. */
  public void add(ApiKey key) {
    if (contains(key)) {
      return;
    }
    size++;
    int index = key.index();
    if (index < WORD) {
      first |= 1L << index;
      return;
    }
    if (rest == null) {
      rest = new BitSet();
    }
    rest.set(index - WORD);
  }

  /** Adds each of {@code keys}. */
  public void addAll(List<ApiKey> keys) {
    keys.forEach(this::add);
  }

  /** The same keys, to be added to alone. */
  public TriedKeys copy() {
    TriedKeys copy = new TriedKeys();
    copy.first = first;
    copy.size = size;
    copy.rest = rest == null ? null : (BitSet) rest.clone();
    return copy;
  }

  /** Whether {@code key} was added. */
  public boolean contains(ApiKey key) {
    int index = key.index();
    return index < WORD ? (first & 1L << index) != 0 : rest != null && rest.get(index - WORD);
  }

  /** Number of keys added. */
  public int size() {
    return size;
  }

  /** Whether none was added. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Forgets all, for the next exchange. */
  public void clear() {
    first = 0;
    size = 0;
    if (rest != null) {
      rest.clear();
    }
  }
}
