package io.geminirelay.testing.sim;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules that a test laid down. Counted rules ({@code next}) come first, oldest first, each
 * until it is used up; then standing rules, newest first; then the API's own answer. Thread-safe.
 */
public final class Script {
  private final List<Rule> counted = new CopyOnWriteArrayList<>();
  private final List<Rule> standing = new CopyOnWriteArrayList<>();
  private volatile boolean judgesHeads;

  private record Rule(
      Predicate<ReceivedRequest> applies, Reaction reaction, AtomicInteger left, boolean atHead) {}

  /** Every request that no other rule matches. */
  public Script always(Reaction reaction) {
    return when(request -> true, reaction);
  }

  /** Every request that the predicate accepts. */
  public Script when(Predicate<ReceivedRequest> applies, Reaction reaction) {
    standing.add(0, new Rule(applies, reaction, new AtomicInteger(Integer.MAX_VALUE), false));
    return this;
  }

  /** Every request made with this key. */
  public Script whenKey(String key, Reaction reaction) {
    return when(request -> key.equals(request.key()), reaction);
  }

  /** The next {@code count} requests. */
  public Script next(int count, Reaction reaction) {
    return next(count, request -> true, reaction);
  }

  /** The next {@code count} requests made with this key. */
  public Script nextWithKey(int count, String key, Reaction reaction) {
    return next(count, request -> key.equals(request.key()), reaction);
  }

  /** The next {@code count} requests that the predicate accepts. */
  public Script next(int count, Predicate<ReceivedRequest> applies, Reaction reaction) {
    counted.add(new Rule(applies, reaction, new AtomicInteger(count), false));
    return this;
  }

  /**
   * The next {@code count} requests, answered as soon as the head is there; the body may still come
   * and is not part of the recorded request.
   */
  public Script nextAtHead(int count, Predicate<ReceivedRequest> applies, Reaction reaction) {
    counted.add(new Rule(applies, reaction, new AtomicInteger(count), true));
    judgesHeads = true;
    return this;
  }

  /** Forgets all rules. */
  public Script clear() {
    counted.clear();
    standing.clear();
    judgesHeads = false;
    return this;
  }

  /**
   * True if some rule wants to answer before the body; the usual case is false and costs nothing.
   */
  boolean judgesHeads() {
    return judgesHeads;
  }

  /** The answer to a bare head, or null if no rule wants it. */
  @Nullable Answer answerAtHead(ReceivedRequest request) {
    Rule rule = find(request, true);
    return rule == null ? null : rule.reaction.answer(request, () -> Answer.of(200));
  }

  Answer answer(ReceivedRequest request, Supplier<Answer> usual) {
    Rule rule = find(request, false);
    return rule == null ? usual.get() : rule.reaction.answer(request, usual);
  }

  private @Nullable Rule find(ReceivedRequest request, boolean atHead) {
    for (Rule rule : counted) {
      if (rule.atHead == atHead && rule.left.get() > 0 && rule.applies.test(request)) {
        int before = rule.left.getAndDecrement();
        if (before == 1) {
          counted.remove(rule);
        }
        if (before > 0) {
          return rule;
        }
      }
    }
    for (Rule rule : standing) {
      if (rule.atHead == atHead && rule.applies.test(request)) {
        return rule;
      }
    }
    return null;
  }
}
