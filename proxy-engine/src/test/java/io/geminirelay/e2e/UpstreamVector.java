package io.geminirelay.e2e;

import org.jspecify.annotations.Nullable;

/**
 * One way in which an upstream breaks HTTP/1.1 or itself.
 *
 * @param name what it does
 * @param source where it is forbidden, or known from
 * @param script how it answers
 * @param outcome what becomes of the request
 * @param fault the reason of the error where no other attempt follows
 * @param shown what the client gets of this answer, if anything: its beginning where it is cut
 * @param kept whether the connection may be used again
 */
record UpstreamVector(
    String name,
    String source,
    ScriptedUpstream.Script script,
    Outcome outcome,
    @Nullable String fault,
    String shown,
    boolean kept) {

  enum Outcome {
    /** Another attempt gets the answer; without one the client gets an error in its dialect. */
    RETRIED,
    /** The client gets what is shown, whole. */
    PASSED,
    /** The client gets what is shown, and no end. */
    CUT
  }

  static UpstreamVector bad(String name, String source, String bytes) {
    return bad(name, source, wire -> wire.say(bytes));
  }

  static UpstreamVector bad(String name, String source, ScriptedUpstream.Script script) {
    return retried(name, source, "bad_answer", script);
  }

  static UpstreamVector retried(
      String name, String source, String fault, ScriptedUpstream.Script script) {
    return new UpstreamVector(name, source, script, Outcome.RETRIED, fault, "", false);
  }

  static UpstreamVector passed(
      String name, String source, String shown, boolean kept, ScriptedUpstream.Script script) {
    return new UpstreamVector(name, source, script, Outcome.PASSED, null, shown, kept);
  }

  static UpstreamVector cut(
      String name, String source, String shown, ScriptedUpstream.Script script) {
    return new UpstreamVector(name, source, script, Outcome.CUT, null, shown, false);
  }

  @Override
  public String toString() {
    return name + " (" + source + ")";
  }
}
