package io.geminirelay;

import java.util.List;

/**
 * A stand-in for Google that the demo talks to; found by {@link java.util.ServiceLoader}, since it
 * is a test tool and not part of the gateway's jar.
 */
public interface DemoUpstream extends AutoCloseable {

  /** Starts it on a free port of this machine and returns its base URL. */
  String start() throws Exception;

  /** Keys it accepts. */
  List<String> keys();

  @Override
  void close();
}
