package io.geminirelay.base.telemetry;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * One object for each event loop, or other thread, that asks for its own; all of them for those who
 * read. They stay when a thread ends, since what it counted does. Thread safe.
 *
 * @param <T> what each has
 */
final class PerLoop<T> {
  private final List<T> all = new CopyOnWriteArrayList<>();
  private final FastThreadLocal<T> own;

  /** Each is made by {@code maker} when a thread asks for the first time. */
  PerLoop(Supplier<T> maker) {
    own =
        new FastThreadLocal<>() {
          @Override
          protected T initialValue() {
            T made = maker.get();
            all.add(made);
            return made;
          }
        };
  }

  /** That of the calling thread. */
  T mine() {
    return own.get();
  }

  /** Those of all threads. */
  List<T> all() {
    return all;
  }
}
