package io.geminirelay.flow.outbound;

/** How often one exchange was tried, and in which way. Belongs to its event loop. */
public final class AttemptCount {
  private int total;
  private int withKey;
  private int overload;
  private int resends;

  /** Counts an attempt with a key or exit not used just before. */
  public void withOther() {
    total++;
    withKey = 1;
  }

  /** Counts another attempt with the same key and exit. */
  public void again() {
    total++;
    withKey++;
  }

  /** Counts a repeat on a fresh connection, which is no new attempt. */
  public void resent() {
    resends++;
  }

  /** Counts a repeat made because the model was overloaded or its answer empty. */
  public void overloaded() {
    overload++;
  }

  /** Attempts made. */
  public int total() {
    return total;
  }

  /** Attempts made with the present key in a row. */
  public int withKey() {
    return withKey;
  }

  /** Repeats made because of overload. */
  public int overload() {
    return overload;
  }

  /** Repeats on a fresh connection. */
  public int resends() {
    return resends;
  }
}
