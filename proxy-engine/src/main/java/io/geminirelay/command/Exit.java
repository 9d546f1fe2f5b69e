package io.geminirelay.command;

/** Exit codes that scripts can rely on. */
public final class Exit {
  /** Done. */
  public static final int OK = 0;

  /** Something failed while running; nobody could be asked. */
  public static final int FAILED = 1;

  /** The arguments make no sense; picocli's own code. */
  public static final int USAGE = 2;

  /** The configuration is not valid. */
  public static final int CONFIG_INVALID = 3;

  /** A key is not accepted by Google. */
  public static final int BAD_KEY = 4;

  /** The gateway does not accept the admin token, or has none. */
  public static final int REFUSED = 5;

  private Exit() {}
}
