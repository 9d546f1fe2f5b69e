package io.geminirelay.flow.guard;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.LeaseStore;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of all clients that have a limit, by their names: a client stays the same whatever
 * object of whichever configuration an exchange has of it. Immutable; its parts are thread safe.
 */
public final class ClientLimits {
  private final Map<String, ClientAccount> accounts;
  private final TimeSource time;

  /** Who sees to it that these and those of later configurations are shared; empty while alone. */
  private final AtomicReference<@Nullable LimitLeases> leases;

  private ClientLimits(
      Map<String, ClientAccount> accounts,
      TimeSource time,
      AtomicReference<@Nullable LimitLeases> leases) {
    this.accounts = accounts;
    this.time = time;
    this.leases = leases;
  }

  /** Full accounts for those of {@code clients} that have a limit. */
  public static ClientLimits of(List<ClientConfig> clients, TimeSource time) {
    Map<String, ClientAccount> accounts = new LinkedHashMap<>();
    for (ClientConfig client : clients) {
      if (isLimited(client)) {
        accounts.put(client.name(), new ClientAccount(client, time));
      }
    }
    return new ClientLimits(accounts, time, new AtomicReference<>());
  }

  /**
   * For a new configuration: who has the same limits as before goes on with the same account. It is
   * without effect until {@link #begin}.
   */
  public ClientLimits successor(List<ClientConfig> clients, TimeSource time) {
    Map<String, ClientAccount> next = new LinkedHashMap<>();
    for (ClientConfig client : clients) {
      if (isLimited(client)) {
        ClientAccount known = accounts.get(client.name());
        boolean same = known != null && known.isFor(client);
        next.put(client.name(), same ? known : new ClientAccount(client, time));
      }
    }
    return new ClientLimits(next, time, leases);
  }

  /**
   * These are in force now, and those they succeed are not: leases are for these. Not before, as
   * the configuration they were made for may still be refused.
   */
  public void begin() {
    LimitLeases shared = leases.get();
    if (shared != null) {
      shared.follow(accounts());
    }
  }

  /** How many limits of a minute this instance counts alone although they are to be shared. */
  public long alone() {
    return leases.get() == null
        ? 0
        : accounts.values().stream()
            .flatMap(each -> each.buckets().stream())
            .filter(bucket -> !bucket.isShared())
            .count();
  }

  /**
   * Shares the limits of a minute with all who go by {@code store}, from now on and in what
   * succeeds this: each instance draws on what it has leased, and alone while the store cannot be
   * reached. To be called once at most.
   *
   * @param store null to stay alone
   * @param thread the state thread, on which the store is asked; nothing of it is on the way of
   *     requests
   */
  public void shareBy(@Nullable LeaseStore store, ScheduledExecutorService thread) {
    if (store == null) {
      return;
    }
    LimitLeases shared = new LimitLeases(store, thread, time);
    leases.set(shared);
    shared.follow(accounts());
    shared.start();
  }

  /**
   * Gives back what is leased, for those who go on, and is alone from now on. Completes when the
   * store has it or cannot be reached.
   */
  public CompletionStage<Void> giveBack() {
    LimitLeases shared = leases.getAndSet(null);
    return shared == null ? CompletableFuture.completedStage(null) : shared.end();
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
