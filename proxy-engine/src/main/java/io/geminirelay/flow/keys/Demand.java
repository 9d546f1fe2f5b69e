package io.geminirelay.flow.keys;

import java.util.List;

/**
 * What one request asks of a key.
 *
 * @param model model asked for, also by a name that stands for another in some group, without a
 *     {@code models/} prefix; empty when none is named
 * @param groups names of the groups the client may use; empty for all
 * @param tokens input tokens it is thought to hold, or {@link #FREE}
 * @param once whether no other key can follow, so that none is tried out with it while one is
 *     usable
 */
public record Demand(String model, List<String> groups, long tokens, boolean once) {
  /** In the place of tokens: nothing is drawn on the model's quota. */
  public static final long FREE = -1;

  /** A request that can be repeated with another key. */
  public Demand(String model, List<String> groups, long tokens) {
    this(model, groups, tokens, false);
  }
}
