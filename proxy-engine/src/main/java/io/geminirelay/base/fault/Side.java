package io.geminirelay.base.fault;

/** Whose failure it is. */
public enum Side {
  /** The client sent something wrong, or left. */
  CLIENT,
  /** This gateway. */
  PROXY,
  /** The SOCKS5 or CONNECT proxy on the way. */
  EGRESS,
  /** Google, or the network up to it. */
  UPSTREAM
}
