package io.geminirelay.flow.keys;

import io.geminirelay.base.state.Fact;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was told of one key or project, beside what it was told from: where that is the very same,
 * there is nothing new to tell, which is found out for thousands of keys in no time. For one
 * thread.
 */
final class HolderFacts {
  private final @Nullable KeyState state;
  private final QuotaBucket bucket;
  private final @Nullable Cooldown invalid;
  private final KeyState.@Nullable Hand hand;
  private final boolean asConfigured;
  private final boolean takenBack;
  private final String project;
  private final @Nullable Cooldown whole;
  private final Cooldown[] models;

  /** By name, in the order they were told. */
  private final Map<String, Fact> facts = new LinkedHashMap<>(4);

  private final Map<Cooldown, Fact> rests = new HashMap<>(4);

  /** Nothing told yet of a key as it is now, or of a project where {@code state} is null. */
  HolderFacts(@Nullable KeyState state, QuotaBucket bucket) {
    this.state = state;
    this.bucket = bucket;
    this.invalid = state == null ? null : state.invalidity();
    this.hand = state == null ? null : state.hand();
    this.asConfigured = state == null || state.isAsConfigured();
    this.takenBack = state != null && state.takenBack();
    this.project = state == null ? "" : state.project();
    this.whole = bucket.whole();
    this.models = bucket.rests();
  }

  /** Whether there is anything to tell of them. */
  static boolean isNothing(@Nullable KeyState state, QuotaBucket bucket) {
    return bucket.whole() == null
        && bucket.rests().length == 0
        && (state == null
            || (state.invalidity() == null && state.hand() == null && state.project().isEmpty()));
  }

  /** Whether {@code now}, with the bucket it has now, is still what this was told from. */
  boolean isOf(@Nullable KeyState now, QuotaBucket itsBucket) {
    return state == now
        && bucket == itsBucket
        && whole == itsBucket.whole()
        && models == itsBucket.rests()
        && (now == null
            || (invalid == now.invalidity()
                && Objects.equals(hand, now.hand())
                && asConfigured == now.isAsConfigured()
                && takenBack == now.takenBack()
                && project.equals(now.project())));
  }

  /** Whether it tells the same until something changes; what a hand did is told anew each day. */
  boolean isSteady() {
    return hand == null && project.isEmpty();
  }

  void put(Fact fact) {
    facts.put(fact.name(), fact);
  }

  void put(Cooldown rest, Fact fact) {
    rests.put(rest, fact);
    put(fact);
  }

  /** How {@code rest} was told; null where it was not. */
  @Nullable Fact of(Cooldown rest) {
    return rests.get(rest);
  }

  /** What was told, by name. */
  Map<String, Fact> facts() {
    return facts;
  }

  @Nullable Cooldown invalid() {
    return invalid;
  }

  KeyState.@Nullable Hand hand() {
    return hand;
  }

  /** Whether the configuration says the same as the hand. */
  boolean asConfigured() {
    return asConfigured;
  }

  /** Whether a hand has taken it back although the configuration puts it aside. */
  boolean takenBack() {
    return takenBack;
  }

  String project() {
    return project;
  }

  @Nullable Cooldown whole() {
    return whole;
  }

  List<Cooldown> models() {
    return List.of(models);
  }
}
