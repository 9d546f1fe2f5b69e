package io.geminirelay;

/**
 * The signals that a serving process listens to, from its beginning.
 *
 * @param stop SIGTERM and SIGINT
 * @param reload SIGHUP
 */
record ProcessSignals(StopSignal stop, ReloadSignal reload) {
  /** Begins to listen. */
  static ProcessSignals listen() {
    return new ProcessSignals(StopSignal.listen(), ReloadSignal.listen());
  }
}
