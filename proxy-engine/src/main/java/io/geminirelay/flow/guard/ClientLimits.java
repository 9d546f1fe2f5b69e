package io.geminirelay.flow.guard;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.LeaseStore;
import io.geminirelay.base.state.SlotStore;
import java.util.ArrayList;
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

  /** The same for what is under way. */
  private final AtomicReference<@Nullable SlotLeases> slots;

  private ClientLimits(
      Map<String, ClientAccount> accounts,
      TimeSource time,
      AtomicReference<@Nullable LimitLeases> leases,
      AtomicReference<@Nullable SlotLeases> slots) {
    this.accounts = accounts;
    this.time = time;
    this.leases = leases;
    this.slots = slots;
  }

  /** Full accounts for those of {@code clients} that have a limit. */
  public static ClientLimits of(List<ClientConfig> clients, TimeSource time) {
    Map<String, ClientAccount> accounts = new LinkedHashMap<>();
    for (ClientConfig client : clients) {
      if (isLimited(client)) {
        accounts.put(client.name(), new ClientAccount(client, time));
      }
    }
    accounts.values().forEach(ClientAccount::begin);
    return new ClientLimits(accounts, time, new AtomicReference<>(), new AtomicReference<>());
  }

  /**
   * For a new configuration: who has the same limits as before goes on with the same account, and
   * who has others keeps what is under way. It is without effect until {@link #begin}.
   */
  public ClientLimits successor(List<ClientConfig> clients, TimeSource time) {
    Map<String, ClientAccount> next = new LinkedHashMap<>();
    for (ClientConfig client : clients) {
      if (isLimited(client)) {
        ClientAccount known = accounts.get(client.name());
        next.put(
            client.name(),
            known == null ? new ClientAccount(client, time) : next(known, client, time));
      }
    }
    return new ClientLimits(next, time, leases, slots);
  }

  private static ClientAccount next(ClientAccount known, ClientConfig client, TimeSource time) {
    return known.isFor(client) ? known : known.successor(client, time);
  }

  /**
   * These are in force now, and those they succeed are not: leases are for these. Not before, as
   * the configuration they were made for may still be refused.
   */
  public void begin() {
    accounts.values().forEach(ClientAccount::begin);
    LimitLeases shared = leases.get();
    if (shared != null) {
      shared.follow(accounts());
    }
    SlotLeases sharedSlots = slots.get();
    if (sharedSlots != null) {
      sharedSlots.follow(limitedSlots());
    }
  }

  private List<Slots> limitedSlots() {
    return accounts.values().stream()
        .map(ClientAccount::slots)
        .filter(each -> each.limit() > 0)
        .toList();
  }

  /** How many limits this instance counts alone although they are to be shared. */
  public long alone() {
    long alone = 0;
    if (leases.get() != null) {
      alone +=
          accounts.values().stream()
              .flatMap(each -> each.buckets().stream())
              .filter(bucket -> !bucket.isShared())
              .count();
    }
    if (slots.get() != null) {
      alone += limitedSlots().stream().filter(each -> !each.isShared()).count();
    }
    return alone;
  }

  /**
   * Shares limits with all who go by the same store, from now on and in what succeeds this: each
   * instance draws on what it has leased, and alone while the store cannot be reached. To be called
   * once at most.
   *
   * @param store of the limits of a minute; null to stay alone in them
   * @param slotStore of what is under way; null to stay alone in it
   * @param thread the state thread, on which the store is asked; nothing of it is on the way of
   *     requests
   */
  public void shareBy(
      @Nullable LeaseStore store, @Nullable SlotStore slotStore, ScheduledExecutorService thread) {
    if (store != null) {
      LimitLeases shared = new LimitLeases(store, thread, time);
      leases.set(shared);
      shared.follow(accounts());
      shared.start();
    }
    if (slotStore != null) {
      SlotLeases shared = new SlotLeases(slotStore, thread, time);
      slots.set(shared);
      shared.follow(limitedSlots());
      shared.start();
    }
  }

  /**
   * Whether all that is to be shared is, and there is something in hand of it for each client. To
   * be asked again and again: it asks for what is missing.
   */
  public boolean isInHand() {
    return alone() == 0 && accounts.values().stream().allMatch(ClientAccount::isOpen);
  }

  /**
   * Gives back what is leased, for those who go on, and is alone from now on. Completes when the
   * store has it or cannot be reached.
   */
  public CompletionStage<Void> giveBack() {
    LimitLeases shared = leases.getAndSet(null);
    SlotLeases sharedSlots = slots.getAndSet(null);
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    if (shared != null) {
      ends.add(shared.end().toCompletableFuture());
    }
    if (sharedSlots != null) {
      ends.add(sharedSlots.end().toCompletableFuture());
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
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
