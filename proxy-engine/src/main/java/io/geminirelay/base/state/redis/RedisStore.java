package io.geminirelay.base.state.redis;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.LeaseStore;
import io.geminirelay.base.state.LedgerStore;
import io.geminirelay.base.state.SlotStore;
import io.geminirelay.base.state.StateStore;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Shares facts and limits through Redis with all gateways that name the same one and the same
 * prefix. See the package for how they lie there, and {@link RedisSync} for how they are kept in
 * step.
 *
 * <p>What is away for long is not waited for: everything fails at once until it is back.
 */
public final class RedisStore implements StateStore {
  private static final long LONGEST_GOODBYE_MILLIS = 1_000;

  private final RedisLinks links;
  private final RedisSync sync;
  private final RedisLeases leases;
  private final RedisLedgers ledgers;
  private final RedisSlots slots;
  private volatile CompletionStage<Void> lastWrite = CompletableFuture.completedStage(null);

  /**
   * A store in the Redis at {@code url}; it is not connected to before {@link #open}.
   *
   * @param prefix put before every key
   * @throws IllegalArgumentException if {@code url} tells no Redis
   */
  public RedisStore(Secret url, String prefix, TimeSource time) {
    RedisAddress address = RedisAddress.of(url);
    RedisFacts facts = new RedisFacts(prefix, UUID.randomUUID().toString());
    this.links = new RedisLinks(address);
    this.sync = new RedisSync(address, links, facts, time);
    this.leases =
        new RedisLeases(prefix, sync::commands, sync::isUp, address.cluster(), sync::leaseFailed);
    this.ledgers =
        new RedisLedgers(prefix, sync::commands, sync::isUp, address.cluster(), sync::leaseFailed);
    this.slots = new RedisSlots(prefix, sync::commands, sync::isUp, sync::leaseFailed);
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public void open(Listener listener) {
    sync.start(new Shifting(listener));
  }

  @Override
  public CompletionStage<Void> write(Batch batch) {
    long ahead = sync.aheadMillis();
    List<Fact> shifted = batch.facts().stream().map(fact -> fact.shifted(ahead)).toList();
    CompletionStage<Void> written = sync.write(new Batch(shifted, batch.gone()));
    lastWrite = written;
    return written;
  }

  @Override
  public int mostAtOnce() {
    return RedisFacts.MOST_AT_ONCE; // one script: all of it is written, or nothing
  }

  @Override
  public boolean isUp() {
    return sync.isUp();
  }

  @Override
  public boolean hasFailed() {
    return sync.hasFailed();
  }

  @Override
  public long aheadMillis() {
    return sync.aheadMillis();
  }

  @Override
  public @Nullable LeaseStore leases() {
    return leases;
  }

  @Override
  public @Nullable LedgerStore ledgers() {
    return ledgers;
  }

  @Override
  public @Nullable SlotStore slots() {
    return slots;
  }

  @Override
  public void close() {
    await(lastWrite.toCompletableFuture());
    sync.stop();
    await(links.close());
  }

  /** Tells a listener by this machine's clock what is told by that of Redis. */
  private final class Shifting implements Listener {
    private final Listener to;

    Shifting(Listener to) {
      this.to = to;
    }

    @Override
    public void all(List<Fact> facts) {
      to.all(local(facts));
    }

    @Override
    public void changed(Batch batch) {
      to.changed(new Batch(local(batch.facts()), batch.gone()));
    }
  }

  private List<Fact> local(List<Fact> facts) {
    long ahead = sync.aheadMillis();
    return facts.stream().map(fact -> fact.shifted(-ahead)).toList();
  }

  private static void await(CompletableFuture<Void> work) {
    try {
      work.get(LONGEST_GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
      return; // it was worth a try
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
