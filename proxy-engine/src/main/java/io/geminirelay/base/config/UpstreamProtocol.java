package io.geminirelay.base.config;

/** Which HTTP version is spoken with a target. */
public enum UpstreamProtocol {
  /** HTTP/2 where ALPN agrees, otherwise HTTP/1.1; plain targets get HTTP/1.1. */
  AUTO,
  /** HTTP/1.1 only. */
  HTTP_1_1,
  /** HTTP/2 only: by ALPN over TLS, with prior knowledge on plain targets. */
  HTTP_2
}
