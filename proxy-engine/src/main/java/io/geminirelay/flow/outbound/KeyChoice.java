package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.KeyVerdict;
import io.geminirelay.flow.keys.TriedKeys;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the key and the way for each attempt of one exchange, and knows which it has used up.
 *
 * <p>A choice is admitted by the target's breaker and has drawn on the key's quota; it is settled
 * by {@link Judge} or given back by {@link #forget}. Belongs to its exchange and event loop.
 */
final class KeyChoice {
  private static final int MAX_LONE_REPEATS = 2;

  private final Exchange exchange;
  private final Outbound outbound;
  private final AttemptCount count;
  private final PromptSize size;
  private final TriedKeys tried = new TriedKeys();
  private final KeyLease lease = new KeyLease();
  private final Set<Destination> deadWays = new HashSet<>(0);
  private @Nullable Demand demand;
  private @Nullable Fault fault;

  KeyChoice(Exchange exchange, Outbound outbound, AttemptCount count) {
    this.exchange = exchange;
    this.outbound = outbound;
    this.count = count;
    this.size = new PromptSize(exchange, outbound.keys().guess());
  }

  /** The right to the key chosen last. */
  KeyLease lease() {
    return lease;
  }

  /** What the request asks of a key. */
  Demand demand() {
    Demand known = demand;
    if (known == null) {
      known = new Demand(exchange.model(), allowedGroups(), size.tokens());
      demand = known;
    }
    return known;
  }

  /**
   * A search of its own for one who waits, to be made on another thread: it has tried nothing, but
   * knows the ways that were found blocked.
   */
  KeyChoice forWaiting() {
    KeyChoice search = new KeyChoice(exchange, outbound, new AttemptCount());
    search.demand = demand();
    search.deadWays.addAll(deadWays);
    return search;
  }

  /** Searches anew, as if no key had been tried. */
  @Nullable Choice afresh() {
    tried.clear();
    fault = null;
    return next();
  }

  /** Goes on with what {@code other} has found; the keys tried before have had their rest. */
  void adopt(KeyChoice other) {
    tried.clear();
    lease.adopt(other.lease);
    count.withOther();
  }

  /** Whether ways were found blocked that others may still be able to go. */
  boolean knowsDeadWays() {
    return !deadWays.isEmpty();
  }

  /** Google has counted the input tokens of the attempt that was served. */
  void counted(long tokens) {
    if (exchange.ownKey() == null) {
      outbound.keys().counted(lease, tokens);
    }
    size.counted(tokens);
  }

  /** Why the last search found nothing, where it is not the keys' fault. */
  @Nullable Fault fault() {
    return fault;
  }

  /** The first choice, or another key than those tried; null when none is left. */
  @Nullable Choice next() {
    while (true) {
      ApiKey key = select();
      if (key == null) {
        return null;
      }
      Destination way = openWay(key.destinations());
      TargetConfig target = key.destination().target();
      String model = key.modelFor(exchange.model());
      if (way != null && outbound.breakers().tryAdmit(target, model)) {
        count.withOther();
        return new Choice(key, way, false);
      }
      tried.add(key);
      giveBack();
      if (way == null) {
        continue;
      }
      long wait = outbound.breakers().waitNanos(target, model);
      fault =
          Fault.until(
              FaultKind.BREAKER_OPEN,
              target.authority() + " has failed too often of late; try again later.",
              seconds(wait));
    }
  }

  private @Nullable ApiKey select() {
    Secret own = exchange.ownKey();
    if (own == null) {
      return outbound.keys().selector().select(demand(), tried, lease);
    }
    // A client that brings a key means that one: when it was tried there is no other.
    return tried.isEmpty()
        ? outbound.keys().clientKey(own, exchange.model(), allowedGroups())
        : null;
  }

  /** The first way to a key's target that this exchange has not found blocked. */
  private @Nullable Destination openWay(List<Destination> ways) {
    for (Destination way : ways) {
      if (!deadWays.contains(way)) {
        return way;
      }
    }
    return null;
  }

  /** Another key than that of {@code last}. */
  @Nullable Choice otherKey(Choice last) {
    tried.add(last.key());
    return next();
  }

  /**
   * Another way for the key of {@code last}, or another key.
   *
   * @param exitAtFault whether every key behind the same exit would find it as blocked
   */
  @Nullable Choice otherExit(Choice last, boolean exitAtFault) {
    ApiKey key = last.key();
    List<Destination> ways = key.destinations();
    if (exitAtFault) {
      deadWays.add(last.destination());
    }
    int next = ways.indexOf(last.destination()) + 1;
    if (next < ways.size()) {
      count.withOther();
      return again(new Choice(key, ways.get(next), false), false);
    }
    Choice other = otherKey(last);
    if (other != null || exitAtFault || count.withKey() > MAX_LONE_REPEATS) {
      return other;
    }
    // The only key, and nothing was wrong with it.
    count.again();
    return again(new Choice(key, key.destination(), true), true);
  }

  /** The same once more, if the target's breaker lets it. */
  @Nullable Choice again(Choice choice, boolean fresh) {
    TargetConfig target = choice.destination().target();
    if (!outbound.breakers().tryAdmit(target, modelOf(choice))) {
      return null;
    }
    if (exchange.ownKey() == null) {
      outbound.keys().drawAgain(lease);
    }
    return new Choice(choice.key(), choice.destination(), fresh);
  }

  /** A choice that was admitted is not made use of after all. */
  void forget(Choice choice) {
    TargetConfig target = choice.destination().target();
    outbound.breakers().settle(target, modelOf(choice), KeyVerdict.UNDECIDED);
    giveBack();
  }

  private void giveBack() {
    if (exchange.ownKey() == null) {
      outbound.keys().settle(lease, KeyVerdict.UNDECIDED);
    }
  }

  /** The model as it is sent: rests and breakers know no other name. */
  String modelOf(Choice choice) {
    return choice.key().modelFor(exchange.model());
  }

  private List<String> allowedGroups() {
    ClientConfig client = exchange.client();
    return client == null ? List.of() : client.groups();
  }

  private static long seconds(long nanos) {
    return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + 999_999_999L));
  }
}
