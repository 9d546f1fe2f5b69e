package io.geminirelay.bench.quota;

/** Who decides which request goes to which key, and when. */
interface Policy {
  /** Takes a request over; {@code reply} is told exactly one thing, now or later. */
  void submit(Ask ask, Reply reply);

  /** The client's end of a request. */
  interface Reply {
    /** An answer began {@code sentNanos} after the start, when its last attempt set out. */
    void answered(long sentNanos);

    /**
     * No answer.
     *
     * @param retryAfterSeconds when to come back; 0 when it is not told
     */
    void refused(long retryAfterSeconds);
  }
}
