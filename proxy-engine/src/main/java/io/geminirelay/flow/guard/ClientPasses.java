package io.geminirelay.flow.guard;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Secret;
import io.netty.util.concurrent.FastThreadLocal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

  /** What a digest is compared by, in place of its bytes. */
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int DIGEST_WORDS = 4;

  private final ClientConfig[] clients;

  /** The digests of all clients' tokens in their order, four words each. */
  private final long[] digests;

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
    this.digests = new long[clients.size() * DIGEST_WORDS];
    for (int i = 0; i < digests.length; i++) {
      byte[] digest = clients.get(i / DIGEST_WORDS).tokenSha256();
      digests[i] = (long) WORDS.get(digest, i % DIGEST_WORDS * Long.BYTES);
    }
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
    long first = (long) WORDS.get(digest, 0);
    long second = (long) WORDS.get(digest, Long.BYTES);
    long third = (long) WORDS.get(digest, 2 * Long.BYTES);
    long fourth = (long) WORDS.get(digest, 3 * Long.BYTES);
    ClientConfig found = null;
    for (int i = 0, at = 0; i < clients.length; i++, at += DIGEST_WORDS) {
      long unlike =
          (digests[at] ^ first)
              | (digests[at + 1] ^ second)
              | (digests[at + 2] ^ third)
              | (digests[at + 3] ^ fourth);
      // No way out at the first word or the first match: every caller costs the same.
      if (unlike == 0) {
        found = clients[i];
      }
    }
    return found;
  }
}
