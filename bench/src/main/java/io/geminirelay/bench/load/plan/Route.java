package io.geminirelay.bench.load.plan;

/** Which protocols are spoken on the two sides of a proxy; clients connect without TLS. */
public enum Route {
  /** HTTP/1.1 on both sides. */
  PLAIN("gemini-2.5-flash"),
  /** HTTP/1.1 on both sides, with TLS to the upstream. */
  TLS("gemini-2.5-pro"),
  /** HTTP/2 from the clients (prior knowledge), HTTP/1.1 to the upstream. */
  HTTP2_CLIENTS("gemini-2.5-flash"),
  /** HTTP/1.1 from the clients, HTTP/2 with TLS to the upstream, agreed on by ALPN. */
  HTTP2_UPSTREAM("gemini-2.5-flash-lite");

  private final String model;

  Route(String model) {
    this.model = model;
  }

  /** What is asked for: by it the gateway selects the group, and so the upstream. */
  public String model() {
    return model;
  }

  /** Whether clients speak HTTP/2. */
  public boolean http2Clients() {
    return this == HTTP2_CLIENTS;
  }
}
