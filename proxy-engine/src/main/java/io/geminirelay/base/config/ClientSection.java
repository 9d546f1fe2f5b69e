package io.geminirelay.base.config;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the list {@code clients}, and adds the tokens of the environment. */
final class ClientSection {
  private static final List<String> WAYS =
      List.of("token", "token_env", "token_file", "token_sha256");

  private final Reading reading;
  private final List<ClientConfig> clients = new ArrayList<>();
  private final List<Scalar> groupNames = new ArrayList<>();
  private final Map<String, Place> names = new HashMap<>();
  private final Map<String, String> namesByDigest = new HashMap<>();

  ClientSection(Reading reading) {
    this.reading = reading;
  }

  List<ClientConfig> read(ConfigTree root) {
    root.sections("clients").forEach(this::readOne);
    reading.overlay().clientTokens().forEach(this::addFromEnvironment);
    return List.copyOf(clients);
  }

  /** Every group that a client names, where it is named. */
  List<Scalar> groupNames() {
    return List.copyOf(groupNames);
  }

  private void readOne(ConfigTree tree) {
    Typed typed = new Typed(tree);
    Scalar name = typed.text("name");
    byte[] digest = digest(tree);
    List<Scalar> groups = typed.texts("groups");
    groupNames.addAll(groups);
    ClientConfig client =
        new ClientConfig(
            name == null ? "?" : name.text(),
            digest == null ? new byte[0] : digest,
            typed.whole("requests_per_minute", 0, Integer.MAX_VALUE, 0),
            typed.whole("tokens_per_minute", 0, 1_000_000_000_000L, 0),
            typed.count("max_concurrent", 0, 10_000_000, 0),
            typed.texts("models").stream().map(Scalar::text).toList(),
            groups.stream().map(Scalar::text).toList(),
            typed.choice("priority", Priority.byWord(), Priority.NORMAL));
    tree.done();
    if (name == null && !tree.has("name")) {
      reading.problems().add(tree.placeOf("name"), "nothing", "a name for the client");
    }
    if (name != null && digest != null) {
      add(client, name.place(), tree.place());
    }
  }

  private byte @Nullable [] digest(ConfigTree tree) {
    Scalar hex = tree.secretScalar("token_sha256");
    Scalar plain = new SecretSource(reading).read(tree, "token");
    List<String> given = WAYS.stream().filter(tree::has).toList();
    if (given.isEmpty()) {
      reading.problems().add(tree.place(), "no token", "one of " + String.join(", ", WAYS));
      return null;
    }
    if (hex == null) {
      Secret token = Credentials.secret(reading.problems(), plain);
      return token == null ? null : sha256(token);
    }
    if (given.size() > 1) {
      String expected = "only one of " + String.join(", ", WAYS);
      reading.problems().add(hex.place(), "a second way to give the token", expected);
      return null;
    }
    if (!hex.text().matches("[0-9A-Fa-f]{64}")) {
      String expected = "the SHA-256 digest of the token in 64 hexadecimal digits";
      reading.problems().add(hex.place(), Shown.MASK, expected);
      return null;
    }
    return HexFormat.of().parseHex(hex.text());
  }

  private void addFromEnvironment(String name, Scalar scalar) {
    Secret token = Credentials.secret(reading.problems(), scalar);
    if (token == null) {
      return;
    }
    byte[] digest = sha256(token);
    String other = namesByDigest.get(HexFormat.of().formatHex(digest));
    if (other != null) {
      reading.problems().warn(scalar.place(), "the token of client " + other, "each token once");
      return;
    }
    ClientConfig client =
        new ClientConfig(name, digest, 0, 0, 0, List.of(), List.of(), Priority.NORMAL);
    add(client, scalar.place(), scalar.place());
  }

  private void add(ClientConfig client, Place namePlace, Place place) {
    if (names.putIfAbsent(client.name(), namePlace) != null) {
      String found = "a second client " + Shown.plain(client.name());
      reading.problems().add(namePlace, found, "each client name once");
    }
    String hex = HexFormat.of().formatHex(client.tokenSha256());
    String other = namesByDigest.putIfAbsent(hex, client.name());
    if (other != null) {
      reading.problems().add(place, "the token of client " + other, "each token once");
    }
    clients.add(client);
  }

  private static byte[] sha256(Secret token) {
    return Secret.sha256(token.reveal().getBytes(StandardCharsets.UTF_8));
  }
}
