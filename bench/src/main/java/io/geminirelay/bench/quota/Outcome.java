package io.geminirelay.bench.quota;

/**
 * What one run came to.
 *
 * @param policy name of the policy
 * @param knowledge what it was told
 * @param asked requests of clients, repeats not counted
 * @param answered those that were answered
 * @param tokens input tokens of the answers
 * @param sent requests that reached Google
 * @param refused those that Google refused
 * @param clientRefusals refusals that clients got, each repeat counted
 * @param withRoom those while a project had had room all the last second
 * @param withKnownRoom those of them that could be known: where room is left even if the request,
 *     and those whose input Google has not counted yet, are as large as guessed
 * @param worstShare smallest share of a client, as a part of what was fair
 * @param meanWait seconds from a client's first try to the setting out of the attempt that was
 *     answered, the client's own pauses included
 * @param lateWait the same, exceeded by one answer in 100
 * @param seconds real time of the run
 */
record Outcome(
    String policy,
    Knowledge knowledge,
    long asked,
    long answered,
    long tokens,
    long sent,
    long refused,
    long clientRefusals,
    long withRoom,
    long withKnownRoom,
    double worstShare,
    double meanWait,
    double lateWait,
    double seconds) {

  /** The same with no real time, which alone differs from run to run. */
  Outcome withoutTime() {
    return new Outcome(
        policy,
        knowledge,
        asked,
        answered,
        tokens,
        sent,
        refused,
        clientRefusals,
        withRoom,
        withKnownRoom,
        worstShare,
        meanWait,
        lateWait,
        0);
  }

  /** Refusals of Google's for 100 requests. */
  double refusedOfHundred() {
    return sent == 0 ? 0 : 100.0 * refused / sent;
  }

  /** Answers for 100 of {@code possible}. */
  double yieldOf(Outcome possible) {
    return 100.0 * answered / possible.answered();
  }

  /** Input tokens answered for 100 of {@code possible}. */
  double tokenYield(Outcome possible) {
    return 100.0 * tokens / possible.tokens();
  }
}
