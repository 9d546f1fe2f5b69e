package io.geminirelay.base.state;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Slots of limits that several instances share: each tells what it holds, and is told how many it
 * may have, so that all together never have more than there are. Slots of an instance that is not
 * heard of for some seconds are free. Thread safe; nothing blocks.
 */
public interface SlotStore {
  /**
   * Tells what is held here, and that this instance is alive: all in one round trip, also where
   * there is nothing to ask. What was told before and is not told again holds. Fails where the
   * store cannot be reached.
   *
   * @param heard the moment of the last answer; 0 for none
   */
  CompletionStage<Told> tell(List<Ask> asks, long heard);

  /** Says that this instance ends: all it holds is free. What was told before comes first. */
  CompletionStage<Void> leave();

  /** Whether the store could be reached when it was last tried. */
  boolean isUp();

  /**
   * What one instance holds of one limit.
   *
   * @param name of the limit; the same for all instances, holds no secret
   * @param limit slots there are in all; 0 says that there is no limit any longer
   * @param used slots that are taken here
   * @param wanted those, and how many more were just asked for
   * @param allowed as many may be taken here before the answer is known
   */
  record Ask(String name, int limit, int used, int wanted, int allowed) {}

  /**
   * How many slots of one limit an instance may have.
   *
   * @param granted so many: where it has more, it must not take those again that become free
   * @param hunger slots that others want and do not have
   * @param usedByOthers slots that all others have taken, as far as they have told
   * @param room slots that nobody holds
   */
  record Answer(int granted, int hunger, int usedByOthers, int room) {}

  /**
   * What is told to an instance.
   *
   * @param moment by the store's clock
   * @param called limits of which somebody has wanted more since the moment that was heard
   * @param answers one for each ask
   */
  record Told(long moment, List<String> called, List<Answer> answers) {
    /** Copies the lists. */
    public Told {
      called = List.copyOf(called);
      answers = List.copyOf(answers);
    }
  }
}
