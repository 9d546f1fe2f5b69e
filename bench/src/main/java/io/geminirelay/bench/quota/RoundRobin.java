package io.geminirelay.bench.quota;

/**
 * Key after key, whatever happened to it before; a refusal leads to the next until all are tried.
 */
final class RoundRobin implements Policy {
  private final VirtualTime time;
  private final Uplink uplink;
  private final int[] projectOfKey;
  private int turn;

  RoundRobin(Simulation.Parts parts, Fleet fleet) {
    this.time = parts.time();
    this.uplink = parts.uplink();
    this.projectOfKey = FleetConfig.projectOfKey(fleet);
  }

  @Override
  public void submit(Ask ask, Reply reply) {
    attempt(ask, reply, 1);
  }

  private void attempt(Ask ask, Reply reply, int number) {
    long sent = time.elapsed();
    turn = (turn + 1) % projectOfKey.length;
    uplink.send(
        projectOfKey[turn],
        ask,
        new Uplink.Answer() {
          @Override
          public void begun() {
            reply.answered(sent);
          }

          @Override
          public void ended(long promptTokens) {}

          @Override
          public void refused(String body) {
            if (number < projectOfKey.length) {
              attempt(ask, reply, number + 1);
            } else {
              reply.refused(0);
            }
          }
        });
  }
}
