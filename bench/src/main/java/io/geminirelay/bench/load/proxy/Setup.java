package io.geminirelay.bench.load.proxy;

import io.geminirelay.bench.load.plan.Route;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a proxy has to know to be configured.
 *
 * @param upstream where requests go
 * @param ports where it listens, by route
 * @param keys of the upstream, as many as the gateway has in each group
 * @param connections of clients that it has to bear at once
 * @param folder its files
 */
public record Setup(
    Upstream upstream, Map<Route, Integer> ports, int keys, int connections, Path folder) {
  /** What a process may have open, less what it needs besides. */
  private static final int MOST_CONNECTIONS = 9_700;

  /** With ports that are free just now. */
  static Setup of(Upstream upstream, int keys, Path folder) throws IOException {
    Map<Route, Integer> ports = new EnumMap<>(Route.class);
    for (Route route : Route.values()) {
      ports.put(route, RunningProxy.freePort());
    }
    return new Setup(upstream, ports, keys, MOST_CONNECTIONS, folder);
  }

  /** Where it listens for this route. */
  int port(Route route) {
    Integer port = ports.get(route);
    if (port == null) {
      throw new IllegalArgumentException("no port for " + route);
    }
    return port;
  }

  /** The command that runs another one on {@code core}; less than 0: on any. */
  static List<String> pinned(int core, List<String> command) {
    if (core < 0) {
      return command;
    }
    List<String> line = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
    line.addAll(command);
    return line;
  }
}
