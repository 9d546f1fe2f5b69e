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
   */
  CompletionStage<List<Optional<Answer>>> ask(List<Ask> asks);

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
   */
  record Ask(String name, long capacity, long perMinute, long want, long owed) {}

  /**
   * What is had of one limit.
   *
   * @param granted units that are leased now, 0 to what was wanted
   * @param room whole units that are left for all, negative where some are owed
   * @param thousandths of a unit beside them, 0 to 999: limits of a few units need them
   */
  record Answer(long granted, long room, int thousandths) {}
}
