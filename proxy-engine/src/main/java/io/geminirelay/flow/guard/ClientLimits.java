package io.geminirelay.flow.guard;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.TimeSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of all clients that have a limit, by their names: a client stays the same whatever
 * object of whichever configuration an exchange has of it. Immutable; its parts are thread safe.
 */
public final class ClientLimits {
  private final Map<String, ClientAccount> accounts;

  private ClientLimits(Map<String, ClientAccount> accounts) {
    this.accounts = accounts;
  }

  /** Full accounts for those of {@code clients} that have a limit. */
  public static ClientLimits of(List<ClientConfig> clients, TimeSource time) {
    Map<String, ClientAccount> accounts = new LinkedHashMap<>();
    for (ClientConfig client : clients) {
      if (isLimited(client)) {
        accounts.put(client.name(), new ClientAccount(client, time));
      }
    }
    return new ClientLimits(accounts);
  }

  /** For a new configuration: who has the same limits as before goes on with the same account. */
  public ClientLimits successor(List<ClientConfig> clients, TimeSource time) {
    Map<String, ClientAccount> next = new LinkedHashMap<>();
    for (ClientConfig client : clients) {
      if (isLimited(client)) {
        ClientAccount known = accounts.get(client.name());
        boolean same = known != null && known.isFor(client);
        next.put(client.name(), same ? known : new ClientAccount(client, time));
      }
    }
    return new ClientLimits(next);
  }

  private static boolean isLimited(ClientConfig client) {
    return client.requestsPerMinute() > 0
        || client.tokensPerMinute() > 0
        || client.maxConcurrent() > 0;
  }

  /** Whether no client has a limit. */
  public boolean isEmpty() {
    return accounts.isEmpty();
  }

  /** The account of {@code client}; null where nobody is known to call, or has no limit. */
  @Nullable ClientAccount of(@Nullable ClientConfig client) {
    return client == null ? null : accounts.get(client.name());
  }

  /** All accounts, in the order of the configuration. */
  public Collection<ClientAccount> accounts() {
    return accounts.values();
  }
}
