package io.geminirelay.testing.sim;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What the simulator does with a request: the rule that a test scripts. */
@FunctionalInterface
public interface Reaction {
  /**
   * Chooses the answer; called on an event loop, so it must not wait.
   *
   * @param usual the answer of the API as it would be without this rule; calling it counts the
   *     quota
   */
  Answer answer(ReceivedRequest request, Supplier<Answer> usual);

  /** This reaction with its answer changed. */
  default Reaction altered(UnaryOperator<Answer> change) {
    return (request, usual) -> change.apply(answer(request, usual));
  }

  /** The API's own answer, changed. */
  static Reaction usual(UnaryOperator<Answer> change) {
    return (request, usual) -> change.apply(usual.get());
  }

  /** Always this answer. */
  static Reaction of(Answer answer) {
    return (request, usual) -> answer;
  }
}
