package io.geminirelay.flow.keys.wait;

import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list whose links are handles: what is in the middle leaves in constant time. Not
 * thread safe.
 */
final class Chain<T> {
  private @Nullable Link<T> first;
  private @Nullable Link<T> last;

  /** The place of one value; of no use once removed. */
  static final class Link<T> {
    private final T value;
    private @Nullable Link<T> before;
    private @Nullable Link<T> next;

    private Link(T value) {
      this.value = value;
    }

    T value() {
      return value;
    }

    @Nullable Link<T> next() {
      return next;
    }
  }

  boolean isEmpty() {
    return first == null;
  }

  @Nullable Link<T> first() {
    return first;
  }

  @Nullable Link<T> last() {
    return last;
  }

  /** Adds {@code value} at the end. */
  Link<T> add(T value) {
    Link<T> link = new Link<>(value);
    append(link);
    return link;
  }

  /** Moves {@code link}, which is in this chain, to the end. */
  void moveToEnd(Link<T> link) {
    if (link != last) {
      remove(link);
      append(link);
    }
  }

  private void append(Link<T> link) {
    link.before = last;
    if (last == null) {
      first = link;
    } else {
      last.next = link;
    }
    last = link;
  }

  /** Removes {@code link}, which is in this chain. */
  void remove(Link<T> link) {
    Link<T> before = link.before;
    Link<T> next = link.next;
    if (before == null) {
      first = next;
    } else {
      before.next = next;
    }
    if (next == null) {
      last = before;
    } else {
      next.before = before;
    }
    link.before = null;
    link.next = null;
  }
}
