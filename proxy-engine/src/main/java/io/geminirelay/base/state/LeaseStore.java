package io.geminirelay.base.state;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Limits that several instances share: each leases a part of what is left, uses it up by itself,
 * and asks for more in time. Thread safe; nothing blocks.
 */
public interface LeaseStore {
  /**
   * Asks for parts of limits, and gives back parts that were not used: all in one round trip.
   * Completes with an answer for each, empty where that one failed; fails where the store cannot be
   * reached.
   *
   * @param holder who asks: a name of one word that no other instance has
   */
  CompletionStage<List<Optional<Answer>>> ask(String holder, List<Ask> asks);

  /** Whether the store could be reached when it was last tried. */
  boolean isUp();

  /**
   * One limit: a bucket of {@code capacity} units into which {@code perMinute} flow back evenly.
   *
   * @param name of the limit; the same for all instances
   * @param capacity units it holds when full, 1 or more
   * @param perMinute units that flow back in a minute, 1 or more
   * @param want units that are wanted at most; 0 to look only
   * @param owed units that were used without a lease, or were leased and not used where negative:
   *     they are taken, or given back, whatever is left
   * @param held units that the holder has leased, and has neither used nor given back: they do not
   *     flow back, and the holder is known to the others, until nothing is heard of it for 15 s;
   *     less than 0 for a holder that goes
   */
  record Ask(String name, long capacity, long perMinute, long want, long owed, long held) {}

  /**
   * What is had of one limit.
   *
   * @param granted units that are leased now, 0 to what was wanted
   * @param room whole units that are left for all, negative where some are owed
   * @param thousandths of a unit beside them, 0 to 999: limits of a few units need them
   * @param others how many other holders are known
   * @param elsewhere units that they hold, as they told last
   */
  record Answer(long granted, long room, int thousandths, int others, long elsewhere) {}
}
