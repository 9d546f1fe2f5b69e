package io.geminirelay.base.config;

import java.util.List;

/**
 * A client that may call: its name and the SHA-256 digest of its token, so that the token itself is
 * forgotten after loading.
 *
 * @param name shown in logs and metrics
 * @param tokenSha256 32 bytes
 * @param requestsPerMinute 0 for no limit
 * @param tokensPerMinute 0 for no limit
 * @param maxConcurrent 0 for no limit
 * @param models model patterns the client may use; empty for all
 * @param groups key groups the client may use; empty for all
 * @param priority whose requests are refused first when not all can be served
 */
@SuppressWarnings("ArrayRecordComponent") // compared in constant time, never by equals
public record ClientConfig(
    String name,
    byte[] tokenSha256,
    long requestsPerMinute,
    long tokensPerMinute,
    int maxConcurrent,
    List<String> models,
    List<String> groups,
    Priority priority) {

  /** Leaves the digest out, as a weak token could be guessed from it. */
  @Override
  public String toString() {
    return "ClientConfig[name=" + name + "]";
  }
}
