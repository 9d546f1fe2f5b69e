package io.geminirelay.base.config.edit;

/** An edit that cannot be made; nothing was changed. The message holds no secret. */
public final class EditException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  EditException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** Why an edit cannot be made. */
  public enum Kind {
    /** What shall be added is there already. */
    KNOWN,
    /** What shall be changed or removed is not there. */
    UNKNOWN,
    /** It must not be changed like this, or cannot be without harm to the rest of the text. */
    REFUSED
  }

  /** Why it cannot be made. */
  public Kind kind() {
    return kind;
  }
}
