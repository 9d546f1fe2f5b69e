package io.geminirelay.flow.keys;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one exit on the way to one target is at a moment, for people.
 *
 * @param exit scheme, host and port; no credential
 * @param target host and, where it is not the usual one, port
 * @param state what may go through it
 * @param reason why it rests, stable and machine-readable; empty while it is open
 * @param since since when it rests; null while it is open
 * @param until when a trial may go through it; null while it is open
 * @param failures ways in a row that could not be opened through it
 * @param keys keys that prefer it
 */
public record ExitFigure(
    String exit,
    String target,
    State state,
    String reason,
    @Nullable Instant since,
    @Nullable Instant until,
    int failures,
    int keys) {

  /** What may go through an exit. */
  public enum State {
    /** Everything. */
    OPEN,
    /** Nothing until its time, unless no other way is left. */
    COOLING,
    /** One request that tries it. */
    TRIAL
  }
}
