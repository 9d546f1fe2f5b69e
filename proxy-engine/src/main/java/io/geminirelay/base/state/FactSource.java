package io.geminirelay.base.state;

import java.util.function.Consumer;

/**
 * A part of the engine that knows something worth keeping, and takes what was kept or what others
 * know. Thread safe; called on the state thread.
 */
public interface FactSource {
  /** The kind of its facts: their names begin with it and a slash. */
  String kind();

  /** A number that is another when {@link #tell} would tell something else. Cheap. */
  long version();

  /**
   * A number that is another when it knows of something that it did not know of before, so that it
   * has to be taught again what is kept. Cheap.
   */
  default long extent() {
    return 0;
  }

  /** Tells all that is known now. */
  void tell(Consumer<Fact> to);

  /**
   * Tells what may be another since the last telling of either kind, and the names of what was told
   * then and is not any more.
   *
   * @return whether it did; else it told nothing, and {@link #tell} has to tell all
   */
  default boolean tellChanges(Consumer<Fact> to, Consumer<String> over) {
    return false;
  }

  /**
   * Takes what was kept, or what another instance knows; may be told again. Where more is known
   * here, that stays. What is named in it and not known here, such as a key, is left out.
   *
   * @return whether it holds here from now on, by this fact or by one that says more: not to tell
   *     it next time means that it ended here meanwhile, even if it was never told
   */
  boolean learn(Fact fact);

  /**
   * Whether what {@code fact} is about is known here, so that not to tell it any more means that it
   * is over. False where nothing ends before its time.
   */
  boolean knows(Fact fact);

  /** Another instance found that {@code fact} is over. */
  void forget(Fact fact);
}
