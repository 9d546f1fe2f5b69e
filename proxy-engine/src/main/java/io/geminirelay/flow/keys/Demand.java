package io.geminirelay.flow.keys;

import java.util.List;

/**
 * What one request asks of a key.
 *
 * @param model model asked for, also by a name that stands for another in some group, without a
 *     {@code models/} prefix; empty when none is named
 * @param groups names of the groups the client may use; empty for all
 * @param tokens input tokens it is thought to hold, or {@link #FREE}
 */
public record Demand(String model, List<String> groups, long tokens) {
  /** In the place of tokens: nothing is drawn on the model's quota. */
  public static final long FREE = -1;
}
