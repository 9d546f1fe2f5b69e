package io.geminirelay.base.config;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What only shows when the settings are seen together. */
final class CrossChecks {
  private CrossChecks() {}

  static void check(EngineConfig config, ConfigTree root, ConfigTree server) {
    checkReach(config, server);
    checkClientGroups(config, root);
    checkTimes(config, server);
  }

  /** Without credentials only this machine may call, unless it is written out. */
  private static void checkReach(EngineConfig config, ConfigTree server) {
    String host = config.server().host();
    if (config.openToAll() && !config.clients().isEmpty()) {
      Place place = server.placeOf("host").named("auth");
      server.problems().warn(place, "none beside clients", "only one; every caller is let in");
    }
    boolean guarded = config.openToAll() || !config.clients().isEmpty();
    if (!guarded && !Addresses.isLoopback(host)) {
      String expected =
          "clients (or the variable API_KEYS) for an address other machines can reach, or"
              + " \"auth: none\" to serve everybody";
      server
          .problems()
          .add(server.placeOf("host"), Shown.plain(host) + " without clients", expected);
    }
  }

  private static void checkClientGroups(EngineConfig config, ConfigTree root) {
    Set<String> names = config.groups().stream().map(GroupConfig::name).collect(Collectors.toSet());
    for (ClientConfig client : config.clients()) {
      for (String group : client.groups()) {
        if (!names.contains(group)) {
          Place place = root.placeOf("clients");
          String found = "group " + Shown.plain(group) + " of client " + Shown.plain(client.name());
          String nearest = NearestName.of(group, names);
          root.problems()
              .add(
                  new Problem(place, found, "one of " + String.join(", ", sorted(names)), nearest));
        }
      }
    }
  }

  private static void checkTimes(EngineConfig config, ConfigTree server) {
    OutboundConfig outbound = config.outbound();
    if (outbound.deadline().compareTo(outbound.firstByte()) < 0) {
      server
          .problems()
          .warn(
              server.placeOf("request_timeout_secs"),
              "more than upstream.deadline_secs",
              "less; the deadline comes first");
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }
}
