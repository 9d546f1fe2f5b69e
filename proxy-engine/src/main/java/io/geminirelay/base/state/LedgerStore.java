package io.geminirelay.base.state;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Counts of what all instances have drawn on the quotas of keys and projects. Thread safe; nothing
 * blocks.
 */
public interface LedgerStore {
  /**
   * Adds what was drawn here and tells what was drawn in all: all in one round trip. Completes with
   * an answer for each, empty where that one failed; fails where the store cannot be reached. Then
   * it is not known what was added: the same draw can be told again.
   */
  CompletionStage<List<Optional<Total>>> add(List<Draw> draws);

  /** Whether the store could be reached when it was last tried. */
  boolean isUp();

  /**
   * What one instance has drawn on one quota since it told before; nothing, to look only.
   *
   * @param name of the quota, the same for all instances; holds no secret
   * @param day its day, by the moment that ends it, in seconds of the epoch: where another is told
   *     later than before, its count begins anew; one that is more than a day ahead, or earlier
   *     than another has told, is not counted
   * @param requests less than 0 where more were taken back than drawn
   * @param tokens the same
   * @param turn counts up with each that this instance tells of this quota, for as long as its
   *     process lives: one that is not above the last was added before, and only looks
   * @param dayRequests of the day, of all as far as is known here; where the store knows of fewer,
   *     it has lost some. 0 to say nothing.
   * @param proven whether there is such a quota for certain; what nobody is certain of is forgotten
   *     after some minutes
   */
  record Draw(
      String name,
      long day,
      long requests,
      long tokens,
      long turn,
      long dayRequests,
      boolean proven) {}

  /**
   * What all instances have drawn on one quota.
   *
   * @param requests since the store began to count, for comparison with an earlier total
   * @param tokens the same
   * @param recentRequests of about the last minute by the store's clock
   * @param recentTokens the same
   * @param dayRequests of the day
   * @param others how many other instances have drawn on it in about the last minute
   * @param day that is counted: another than was told where clocks or resets differ; 0 for none
   */
  record Total(
      long requests,
      long tokens,
      long recentRequests,
      long recentTokens,
      long dayRequests,
      int others,
      long day) {}
}
