package io.geminirelay.flow.guard;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * What all clients have open, and what a fair share of it is. Thread safe; one a configuration, and
 * the next goes on with the counts.
 */
@SuppressWarnings("EnumOrdinal") // places in an array of this process, stored nowhere
public final class ClientHolds {
  private final Map<String, ClientHold> clients;
  private final ClientHold anybody;

  /** By priority; large until it is known. */
  private final AtomicIntegerArray shares = new AtomicIntegerArray(Priority.values().length);

  private ClientHolds(Map<String, ClientHold> clients, ClientHold anybody) {
    this.clients = clients;
    this.anybody = anybody;
    for (int i = 0; i < shares.length(); i++) {
      shares.set(i, Integer.MAX_VALUE);
    }
  }

  /** Holds of nothing yet. */
  public static ClientHolds of(List<ClientConfig> clients) {
    return of(clients, Map.of(), new ClientHold("", Priority.NORMAL));
  }

  /** For a new configuration: who is known keeps what is open. */
  public ClientHolds successor(List<ClientConfig> next) {
    return of(next, clients, anybody);
  }

  private static ClientHolds of(
      List<ClientConfig> clients, Map<String, ClientHold> known, ClientHold anybody) {
    Map<String, ClientHold> all = new LinkedHashMap<>();
    for (ClientConfig client : clients) {
      ClientHold before = known.get(client.name());
      all.put(
          client.name(),
          before == null
              ? new ClientHold(client.name(), client.priority())
              : before.with(client.priority()));
    }
    return new ClientHolds(all, anybody);
  }

  /** The hold of {@code client}; null where nobody is known to call. */
  ClientHold of(@Nullable ClientConfig client) {
    return client == null ? anybody : clients.getOrDefault(client.name(), anybody);
  }

  /** Everybody who was or may be refused: who calls without a name, too, once that has happened. */
  public Collection<ClientHold> all() {
    boolean named = !clients.isEmpty() && anybody.open() == 0 && anybody.shed() == 0;
    return named ? clients.values() : everybody();
  }

  /** There may be others beside those with a name, as under a password of their own. */
  private List<ClientHold> everybody() {
    List<ClientHold> everybody = new ArrayList<>(clients.values());
    everybody.add(anybody);
    return everybody;
  }

  /**
   * Learns what a fair share is: what those of a priority have open, by the number of those who
   * have. To be called again and again by one thread.
   */
  public void weigh() {
    List<ClientHold> everybody = everybody();
    for (Priority priority : Priority.values()) {
      int open = 0;
      int holders = 0;
      for (ClientHold each : everybody) {
        int its = each.priority() == priority ? each.open() : 0;
        open += its;
        holders += its > 0 ? 1 : 0;
      }
      shares.set(priority.ordinal(), holders == 0 ? Integer.MAX_VALUE : open / holders);
    }
  }

  /** Whether {@code hold} is more than its share, as it was last weighed. */
  boolean isGreedy(ClientHold hold) {
    return hold.open() > shares.get(hold.priority().ordinal());
  }
}
