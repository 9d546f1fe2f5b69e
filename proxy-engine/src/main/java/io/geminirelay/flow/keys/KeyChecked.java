package io.geminirelay.flow.keys;

/**
 * What came of asking Google with one key whether it accepts it. Immutable; holds no credential.
 *
 * @param id fingerprint of the key
 * @param name {@code group/number#fingerprint}
 * @param ok whether Google accepts the key
 * @param status HTTP status of Google's answer; 0 when there was none
 * @param reason stable and machine-readable: {@code ok}, else why not
 * @param detail a short sentence for people; empty when there is nothing to add
 * @param millis from the first step to the end of the answer
 * @param exit the exit it went through, without credential; empty for a direct connection
 */
public record KeyChecked(
    String id,
    String name,
    boolean ok,
    int status,
    String reason,
    String detail,
    long millis,
    String exit) {

  /** What {@link #reason} says of a key whose turn did not come in time. */
  public static final String NOT_ASKED = "not_asked";

  /** The result for a {@code key} whose turn did not come in time: nothing is known of it. */
  public static KeyChecked notAsked(ApiKey key) {
    return new KeyChecked(key.secret().fingerprint(), key.name(), false, 0, NOT_ASKED, "", 0, "");
  }

  /** Whether the key was asked about at all. */
  public boolean asked() {
    return !reason.equals(NOT_ASKED);
  }
}
