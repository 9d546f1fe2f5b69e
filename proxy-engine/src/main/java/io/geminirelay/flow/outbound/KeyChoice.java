package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.TriedKeys;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.util.ArrayList;
import java.util.List;
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
  private static final int MAX_ANYWAY = 16;

  private final Exchange exchange;
  private final Outbound outbound;
  private final AttemptCount count;
  private final PromptSize size;
  private final TriedKeys tried = new TriedKeys();
  private final KeyLease lease = new KeyLease();
  private final WayChoice ways;
  private @Nullable Demand demand;
  private boolean replayable = true;
  private long permit;
  private @Nullable Fault fault;

  KeyChoice(Exchange exchange, Outbound outbound, AttemptCount count) {
    this.exchange = exchange;
    this.outbound = outbound;
    this.count = count;
    this.size = new PromptSize(exchange, outbound.keys().guess());
    this.ways = new WayChoice(outbound.exits(), outbound.time());
  }

  /** The way to the target that was chosen last. */
  WayChoice ways() {
    return ways;
  }

  /** The right to the key chosen last. */
  KeyLease lease() {
    return lease;
  }

  /** What the target's breakers gave for the key chosen last. */
  long permit() {
    return permit;
  }

  /** Says whether another attempt can follow the first. */
  void replayable(boolean whole) {
    replayable = whole;
  }

  private Demand asked() {
    Demand plain = demand();
    boolean last = !replayable || count.total() + 1 >= outbound.config().maxAttempts();
    return last ? new Demand(plain.model(), plain.groups(), plain.tokens(), true) : plain;
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

  /** Google has counted the input tokens of the attempt that was served. */
  void counted(long tokens) {
    if (exchange.ownKey() == null) {
      outbound.keys().counted(lease, tokens);
      outbound.room().stir();
    }
    size.counted(tokens);
  }

  /**
   * A search of its own for one who waits, to be made on another thread: it has tried nothing, but
   * knows the ways that were found blocked.
   */
  KeyChoice forWaiting() {
    KeyChoice search = new KeyChoice(exchange, outbound, new AttemptCount());
    search.demand = demand();
    search.replayable = replayable;
    search.ways.adopt(ways);
    return search;
  }

  /**
   * Searches anew, as if no key had been tried; but takes none whose target is closed, nor one
   * whose exits all rest while others have open ones: it would only be given back, and again at the
   * next look.
   */
  @Nullable Choice afresh() {
    tried.clear();
    List<KeyGroup> restingExits = new ArrayList<>();
    boolean open = false;
    for (KeyGroup group : outbound.keys().groups()) {
      if (isClosed(group)) {
        tried.addAll(group.keys());
      } else if (ways.mayBeOpen(group.exits())) {
        open |= group.allowedBy(demand().groups());
      } else {
        restingExits.add(group);
      }
    }
    if (open) {
      restingExits.forEach(group -> tried.addAll(group.keys()));
    }
    return next();
  }

  private boolean isClosed(KeyGroup group) {
    ApiKey any = group.keys().get(0);
    String model = any.modelFor(exchange.model());
    return outbound.breakers().waitNanos(any.destination().target(), model) > 0;
  }

  /** Goes on with what {@code other} has found; the keys tried before have had their rest. */
  void adopt(KeyChoice other) {
    tried.clear();
    lease.adopt(other.lease);
    permit = other.permit;
    fault = null;
    ways.adopt(other.ways);
    count.withOther();
  }

  /** Whether ways were found blocked that others may still be able to go. */
  boolean knowsDeadWays() {
    return ways.knowsBlocked();
  }

  /** Why the last search found nothing, where it is not the keys' fault. */
  @Nullable Fault fault() {
    return fault;
  }

  /** The first choice, or another key than those tried; null when none is left. */
  @Nullable Choice next() {
    fault = null;
    TriedKeys passed = null;
    while (true) {
      ApiKey key = select(passed == null ? tried : passed);
      if (key == null) {
        return passed == null ? null : nextAnyway();
      }
      Destination way = ways.open(key.destinations());
      if (way != null) {
        Choice choice = admitted(key, way);
        if (choice != null) {
          return choice;
        }
        if (passed != null) {
          addGroupOf(key, passed);
        }
        continue;
      }
      giveBack();
      if (ways.allBlocked(key.destinations())) {
        tried.add(key);
      } else if (passed == null) {
        passed = tried.copy();
      }
      if (passed != null) {
        passBy(key, passed);
      }
    }
  }

  /** A key whose exits all rest; where those of its whole group do, the group. */
  private void passBy(ApiKey key, TriedKeys passed) {
    passed.add(key);
    for (KeyGroup group : outbound.keys().groups()) {
      if (group.name().equals(key.group()) && !ways.mayBeOpen(group.exits())) {
        passed.addAll(group.keys());
      }
    }
  }

  /** No key has an open exit: the one that is best by itself, if it may be tried just now. */
  private @Nullable Choice nextAnyway() {
    for (int i = 0; i < MAX_ANYWAY; i++) {
      ApiKey key = select(tried);
      if (key == null) {
        return null;
      }
      Destination way = ways.leastBad(key.destinations());
      Choice choice = way == null ? null : admitted(key, way);
      if (choice != null) {
        return choice;
      }
      if (way == null) {
        tried.add(key);
        giveBack();
        fault = count.total() == 0 ? exitsRest(key) : fault;
      }
    }
    return null;
  }

  private static Fault exitsRest(ApiKey key) {
    String target = key.destination().target().authority();
    return Fault.until(
        FaultKind.EXITS_COOLING,
        "Every egress proxy to " + target + " is out of use after failures; try again in a moment.",
        1);
  }

  /** The choice of {@code key} by {@code way}, if the target's breaker lets it; or not the key. */
  private @Nullable Choice admitted(ApiKey key, Destination way) {
    TargetConfig target = way.target();
    String model = key.modelFor(exchange.model());
    if (admitted(target, model)) {
      count.withOther();
      return new Choice(key, way, false);
    }
    ways.release(way);
    addGroupOf(key, tried);
    giveBack();
    long wait = outbound.breakers().waitNanos(target, model);
    fault =
        Fault.until(
            FaultKind.BREAKER_OPEN,
            target.authority() + " has failed too often of late; try again later.",
            seconds(wait));
    return null;
  }

  private boolean admitted(TargetConfig target, String model) {
    permit = outbound.breakers().admit(target, model);
    return permit != Breakers.REFUSED;
  }

  /** The keys of a group share target and model: what is closed to one is closed to all. */
  private void addGroupOf(ApiKey key, TriedKeys to) {
    to.add(key);
    for (KeyGroup group : outbound.keys().groups()) {
      if (exchange.ownKey() == null && group.name().equals(key.group())) {
        to.addAll(group.keys());
      }
    }
  }

  private @Nullable ApiKey select(TriedKeys but) {
    Secret own = exchange.ownKey();
    if (own == null) {
      return outbound.keys().selector().select(asked(), but, lease);
    }
    // A client that brings a key means that one: when it was tried there is no other.
    return but.isEmpty() ? outbound.keys().clientKey(own, exchange.model(), allowedGroups()) : null;
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
    if (exitAtFault) {
      ways.block(last.destination());
    }
    Destination way = ways.after(last.destination(), key.destinations());
    if (way != null) {
      count.withOther();
      Choice choice = again(new Choice(key, way, false), false);
      if (choice == null) {
        ways.release(way);
      }
      return choice;
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
    if (!admitted(target, modelOf(choice))) {
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
    outbound.breakers().settle(target, modelOf(choice), permit, KeyVerdict.UNDECIDED);
    ways.release(choice.destination());
    giveBack();
  }

  private void giveBack() {
    if (exchange.ownKey() == null) {
      outbound.keys().settle(lease, KeyVerdict.UNDECIDED);
      outbound.room().stir();
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
