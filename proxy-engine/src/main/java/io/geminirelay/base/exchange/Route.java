package io.geminirelay.base.exchange;

/** What a request path means to the gateway. */
public enum Route {
  /** Google's native API, passed through. */
  NATIVE(Dialect.NATIVE, true),
  /** Resumable and simple uploads, passed through. */
  UPLOAD(Dialect.NATIVE, true),
  /** File downloads, passed through. */
  DOWNLOAD(Dialect.NATIVE, true),
  /** Google's OpenAI-compatible API, in whichever of its path forms. */
  OPENAI(Dialect.OPENAI, true),
  /** {@code GET /health}: answered here, no credential needed. */
  HEALTH(Dialect.NATIVE, false),
  /** {@code GET /health/detailed}: answered here, for the admin token. */
  HEALTH_DETAILED(Dialect.NATIVE, false),
  /** No such path. */
  UNKNOWN(Dialect.NATIVE, false);

  private final Dialect dialect;
  private final boolean upstream;

  Route(Dialect dialect, boolean upstream) {
    this.dialect = dialect;
    this.upstream = upstream;
  }

  /** The form in which this route's faults are told. */
  public Dialect dialect() {
    return dialect;
  }

  /** Whether requests of this route go upstream. */
  public boolean upstream() {
    return upstream;
  }

  /** Forms of request and error. */
  public enum Dialect {
    /** Google's: {@code {"error":{"code","message","status","details"}}}. */
    NATIVE,
    /** OpenAI's: {@code {"error":{"message","type","code"}}}. */
    OPENAI
  }
}
