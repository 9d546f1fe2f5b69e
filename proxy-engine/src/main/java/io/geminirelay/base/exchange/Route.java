package io.geminirelay.base.exchange;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Set;

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
  /** {@code POST /generate}: text that accumulates in the elements of a JSON array. */
  GENERATE(Dialect.GENERATE, true),
  /** {@code POST /gemini-proxy}: a prompt in, an answer out. */
  SIMPLE(Dialect.SIMPLE, true),
  /** {@code GET /health}: answered here, no credential needed. */
  HEALTH(Dialect.NATIVE, false),
  /** {@code GET /health/detailed}: answered here, for the admin token. */
  HEALTH_DETAILED(Dialect.NATIVE, false),
  /** {@code GET /metrics}: answered here, for who watches the gateway. */
  METRICS(Dialect.NATIVE, false),
  /** {@code /admin} and what is under it: answered here, for the operator. */
  ADMIN(Dialect.NATIVE, false),
  /** No such path. */
  UNKNOWN(Dialect.NATIVE, false);

  private static final Set<HttpMethod> PASSED =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.PATCH,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS);
  private static final Set<HttpMethod> ANSWERED = Set.of(HttpMethod.GET, HttpMethod.HEAD);
  private static final Set<HttpMethod> POSTED = Set.of(HttpMethod.POST);

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

  /**
   * Whether {@code method} is served. Google decides for itself what a path can do; only tunnels,
   * echoes of the request with all its credentials, and unknown methods are kept from it.
   */
  public boolean allows(HttpMethod method) {
    return methods().contains(method);
  }

  private Set<HttpMethod> methods() {
    if (interpreted()) {
      return POSTED;
    }
    return upstream || this == ADMIN ? PASSED : ANSWERED;
  }

  /**
   * Whether pages of other origins may use it where the operator lets them in. What concerns the
   * operator is closed to them.
   */
  public boolean openToPages() {
    return upstream || this == HEALTH || this == UNKNOWN;
  }

  /** Whether request and answer have a form of the gateway's own, so that neither passes as is. */
  public boolean interpreted() {
    return this == GENERATE || this == SIMPLE;
  }

  /** Whether the client is told nothing of an answer before its end. */
  public boolean toldAtOnce() {
    return this == SIMPLE;
  }

  /** The served methods as the value of an {@code Allow} header. */
  public String allowedMethods() {
    if (interpreted()) {
      return "POST";
    }
    return upstream || this == ADMIN ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : "GET, HEAD";
  }

  /** Forms of request and error. */
  public enum Dialect {
    /** Google's: {@code {"error":{"code","message","status","details"}}}. */
    NATIVE,
    /** OpenAI's: {@code {"error":{"message","type","code"}}}. */
    OPENAI,
    /** That of {@code /generate}: {@code {"error":{"code","message","status","reason"}}}. */
    GENERATE,
    /** That of {@code /gemini-proxy}: {@code {"result":"Failed","errors":[…]}}. */
    SIMPLE
  }
}
