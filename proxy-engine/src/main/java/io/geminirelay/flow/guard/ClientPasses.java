package io.geminirelay.flow.guard;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Secret;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that may call. A token is compared by its digest, in constant time and with every
 * client, so that the time tells nothing of which one was nearly right. Immutable.
 */
public final class ClientPasses {
  private static final FastThreadLocal<MessageDigest> SHA_256 =
      new FastThreadLocal<>() {
        @Override
        protected MessageDigest initialValue() throws NoSuchAlgorithmException {
          return MessageDigest.getInstance("SHA-256");
        }
      };

  private final ClientConfig[] clients;
  private final boolean openToAll;
  private final boolean thisMachineOnly;
  private final byte @Nullable [] generateSha256;

  /** Passes for {@code clients} of a gateway that has no other credential. */
  public ClientPasses(List<ClientConfig> clients, boolean openToAll) {
    this(clients, openToAll, false, null);
  }

  /**
   * Passes for {@code clients}.
   *
   * @param openToAll whether callers without a known token may pass; where no client is configured
   *     either, those may that are on this machine
   * @param reachable whether other machines can reach the gateway: without clients that is so only
   *     for the sake of a password, and nobody passes without it
   * @param generatePassword opens {@code /generate} and no other route; null for none
   */
  public ClientPasses(
      List<ClientConfig> clients,
      boolean openToAll,
      boolean reachable,
      @Nullable Secret generatePassword) {
    this.clients = clients.toArray(new ClientConfig[0]);
    this.openToAll = openToAll || (clients.isEmpty() && !reachable);
    this.thisMachineOnly = !openToAll && clients.isEmpty() && !reachable;
    this.generateSha256 =
        generatePassword == null
            ? null
            : Secret.sha256(generatePassword.reveal().getBytes(StandardCharsets.UTF_8));
  }

  /** Whether callers without a known token may pass. */
  public boolean openToAll() {
    return openToAll;
  }

  /** Whether only requests that are meant for this machine may pass. */
  public boolean thisMachineOnly() {
    return thisMachineOnly;
  }

  /** Whether any client is configured. */
  public boolean hasClients() {
    return clients.length > 0;
  }

  /** Whether {@code /generate} has a password of its own. */
  public boolean guardsGenerate() {
    return generateSha256 != null;
  }

  /** Whether {@code token} is the password of {@code /generate}. */
  public boolean opensGenerate(byte @Nullable [] token) {
    return token != null
        && generateSha256 != null
        && MessageDigest.isEqual(SHA_256.get().digest(token), generateSha256);
  }

  /** The client whose token this is, or null. */
  public @Nullable ClientConfig find(byte[] token) {
    if (clients.length == 0) {
      return null;
    }
    byte[] digest = SHA_256.get().digest(token);
    ClientConfig found = null;
    for (ClientConfig client : clients) {
      // No way out at the first match: every caller costs the same.
      if (MessageDigest.isEqual(digest, client.tokenSha256())) {
        found = client;
      }
    }
    return found;
  }
}
