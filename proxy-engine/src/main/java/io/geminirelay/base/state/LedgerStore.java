package io.geminirelay.base.state;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Counts of what all instances have drawn on the quotas of keys and projects. Thread safe; nothing
 * blocks.
 */
public interface LedgerStore {
  /**
   * Adds what was drawn here and tells what was drawn in all: all in one round trip. Completes with
   * an answer for each; fails where the store cannot be reached, and then it is not known how much
   * was added.
   */
  CompletionStage<List<Total>> add(List<Draw> draws);

  /** Whether the store could be reached when it was last tried. */
  boolean isUp();

  /**
   * What one instance has drawn on one quota since it told before; nothing, to look only.
   *
   * @param name of the quota, the same for all instances; holds no secret
   * @param day its day, by the moment that ends it, in seconds of the epoch: where another is told
   *     than before, its count begins anew
   * @param requests less than 0 where more were taken back than drawn
   * @param tokens the same
   */
  record Draw(String name, long day, long requests, long tokens) {}

  /**
   * What all instances have drawn on one quota.
   *
   * @param requests since the store began to count, for comparison with an earlier total
   * @param tokens the same
   * @param recentRequests of about the last minute by the store's clock
   * @param recentTokens the same
   * @param dayRequests of the day
   */
  record Total(
      long requests, long tokens, long recentRequests, long recentTokens, long dayRequests) {}
}
