package io.geminirelay.flow.keys.verdict;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.flow.keys.Exits;

/** How one attempt ended, before anybody judges it. */
public sealed interface UpstreamOutcome {

  /** An answer with content. */
  record Served() implements UpstreamOutcome {}

  /**
   * An error status, or an error object as the first event of a 200.
   *
   * @param status HTTP status of the head
   * @param body what its body says
   * @param exitSuspected whether several unrelated buckets were refused through the same exit just
   *     now, see {@link Exits#refused}
   */
  record Refused(int status, ErrorBody body, boolean exitSuspected) implements UpstreamOutcome {}

  /** A 200 with nothing in it. */
  record Empty() implements UpstreamOutcome {}

  /**
   * No answer, or none that is whole.
   *
   * @param fault what happened
   * @param reusedConnection whether the connection had served a request before
   */
  record Failed(Fault fault, boolean reusedConnection) implements UpstreamOutcome {}
}
