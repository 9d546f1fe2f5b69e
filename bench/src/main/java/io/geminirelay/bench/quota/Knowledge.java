package io.geminirelay.bench.quota;

/** What the gateway is told of the quotas before it starts. */
enum Knowledge {
  /** Every limit as it is. */
  KNOWN("known"),
  /** Which keys share a project, but no limit. */
  UNKNOWN("unknown"),
  /** Every limit, each wrong by up to 30 % at random. */
  WRONG("wrong by 30 %"),
  /** Neither limits nor projects. */
  NOTHING("not even projects");

  /** How far off the limits of {@link #WRONG} are at most. */
  static final double ERROR = 0.3;

  private final String label;

  Knowledge(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
