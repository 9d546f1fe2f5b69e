package io.geminirelay.base.config;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What only shows when the settings are seen together. */
final class CrossChecks {
  private CrossChecks() {}

  static void check(EngineConfig config, ConfigTree server) {
    checkReach(config, server);
    checkPages(config, server);
    checkTimes(config, server);
    checkTrust(config.server().trust(), server);
    checkVocabulary(config.guard(), server);
  }

  /** Without credentials only this machine may call, unless it is written out. */
  private static void checkReach(EngineConfig config, ConfigTree server) {
    String host = config.server().host();
    if (config.openToAll() && !config.clients().isEmpty()) {
      Place place = server.placeOf("host").named("auth");
      server.problems().warn(place, "none beside clients", "only one; every caller is let in");
    }
    boolean guarded = config.openToAll() || !config.clients().isEmpty();
    if (guarded || !config.server().reachable()) {
      return;
    }
    if (config.dialects().generatePassword() != null) {
      String found = Shown.plain(host) + " with a password for /generate but no clients";
      server.problems().warn(server.placeOf("host"), found, "clients too; other paths are refused");
    } else {
      String expected =
          "clients (or the variable API_KEYS) for an address other machines can reach, or"
              + " \"auth: none\" to serve everybody";
      server
          .problems()
          .add(server.placeOf("host"), Shown.plain(host) + " without clients", expected);
    }
  }

  /** Every group that a client names must be one of {@code known}. */
  static void checkClientGroups(Problems problems, List<Scalar> named, Set<String> known) {
    for (Scalar group : named) {
      if (!known.contains(group.text())) {
        String found = "the unknown group " + Shown.plain(group.text());
        String nearest = NearestName.of(group.text(), known);
        String expected = known.stream().sorted().collect(Collectors.joining(", ", "one of ", ""));
        problems.add(new Problem(group.place(), found, expected, nearest));
      }
    }
  }

  /** Being on this machine may be the only credential, and a browser lends it to every page. */
  private static void checkPages(EngineConfig config, ConfigTree server) {
    boolean guarded = config.openToAll() || !config.clients().isEmpty();
    if (!guarded && config.guard().cors().anyOrigin()) {
      ConfigTree cors = server.section("cors");
      String expected =
          "single origins, or clients (or the variable API_KEYS), or \"auth: none\" to let every"
              + " page use the keys";
      cors.problems().add(cors.placeOf("origins"), "\"*\" without clients", expected);
    }
  }

  /** A header that anybody may send would let everybody choose an address. */
  private static void checkTrust(ServerConfig.Trust trust, ConfigTree server) {
    if (trust.proxyProtocol() && trust.proxies().isEmpty()) {
      String expected = "server.trusted_proxies too: only they may send the header";
      server
          .problems()
          .add(server.placeOf("proxy_protocol"), "true without trusted proxies", expected);
    }
  }

  private static void checkVocabulary(GuardConfig guard, ConfigTree server) {
    if (guard.vocabulary() != null && guard.maxTokensPerRequest() == 0) {
      String expected = "max_tokens_per_request too; without a limit nothing is counted";
      server
          .problems()
          .warn(server.placeOf("tokenizer_file"), "a vocabulary without a limit", expected);
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
}
