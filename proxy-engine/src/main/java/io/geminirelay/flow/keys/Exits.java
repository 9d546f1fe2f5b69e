package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.state.FactSource;
import io.geminirelay.flow.keys.ExitRest.Kind;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which exits may be used on the way to which target, and what their failures lead to.
 *
 * <p>An exit rests when ways through it cannot be opened ({@value ExitState#FAILURES} in a row, or
 * its credentials are refused), when Google refuses several unrelated buckets through it within
 * seconds without naming a quota, or when Google does not serve its location. The latter two only
 * while another way to the target is open: where all addresses are refused, the address is not what
 * is wrong, and nothing is gained by refusing the rest. A rest never marks a key, a bucket or the
 * target's breaker. It ends with a trial, with a way that an active check has opened, or with an
 * answer to a request that was sent since it began.
 *
 * <p>A direct connection is no exit and always open. Thread safe; while no exit rests, asking costs
 * one volatile read.
 */
public final class Exits {
  private static final Logger LOG = LoggerFactory.getLogger(Exits.class);

  private final TimeSource time;
  private final LongAdder changes = new LongAdder();
  private final LongAdder extent = new LongAdder();
  private final FactSource facts;
  private volatile int resting;
  private volatile KnownExits known = KnownExits.NONE;

  /** Knows no exit yet. */
  public Exits(TimeSource time) {
    this.time = time;
    this.facts = new ExitFacts(this, time);
  }

  /** Takes the exits of {@code ring}; those known before keep their state, others are forgotten. */
  public synchronized void know(KeyRing ring) {
    KnownExits old = known;
    known = KnownExits.of(ring, old, time.nanoTime());
    if (!old.states().keySet().containsAll(known.states().keySet())
        || !old.shared().keySet().containsAll(known.shared().keySet())) {
      extent.increment();
    }
    count();
  }

  /** Counted anew: steps up and down would go wrong where a change meets a new configuration. */
  private synchronized void count() {
    resting = (int) known.states().values().stream().filter(s -> s.rest() != null).count();
  }

  private @Nullable ExitState state(Destination way) {
    return way.egress() == null ? null : known.states().get(way);
  }

  // ---- who may go

  /** Whether no exit rests. */
  public boolean calm() {
    return resting == 0;
  }

  /**
   * Whether a request may go by {@code way} at {@code now} of the time source's ticker: it is open,
   * or this request is its trial, which {@code now} tells from all others.
   */
  public boolean admits(Destination way, long now) {
    ExitState state = calm() ? null : state(way);
    return state == null || state.admits(now);
  }

  /** Whether {@link #admits} might say yes; takes no trial. */
  public boolean mayAdmit(Destination way) {
    ExitState state = calm() ? null : state(way);
    return state == null || state.mayAdmit(time.nanoTime());
  }

  /**
   * As {@link #admits} although {@code way} rests, since no other is left: a few a second may go.
   */
  public boolean admitsAnyway(Destination way, long now) {
    ExitState state = state(way);
    return state == null || state.admitsAnyway(now);
  }

  /** Nanoseconds that {@code way} still rests; not positive when it does not. */
  public long restNanos(Destination way) {
    ExitState state = state(way);
    ExitRest rest = state == null ? null : state.rest();
    return rest == null ? 0 : rest.cooldown().untilNanos() - time.nanoTime();
  }

  /**
   * Gives a trial back: nothing went by {@code way} after all.
   *
   * @param admittedNanos when it was admitted
   */
  public void release(Destination way, long admittedNanos) {
    ExitState state = calm() ? null : state(way);
    if (state != null) {
      state.releaseTrial(admittedNanos, time.nanoTime());
    }
  }

  // ---- what opening ways tells

  /** A connection to the target was opened by {@code way}. */
  public void connected(Destination way) {
    ExitState state = state(way);
    if (state != null) {
      note(state, state.connected(time.nanoTime()));
    }
  }

  /** No connection to the target could be opened by {@code way}, and the exit may be why. */
  public void failed(Destination way, FaultKind why) {
    ExitState state = state(way);
    if (state != null && blames(why)) {
      note(state, state.failed(why, time.nanoTime()));
    }
  }

  /** An active check of {@code way} begins: it takes the place of a trial that is due. */
  public void checkBegins(Destination way) {
    ExitState state = state(way);
    ExitRest rest = state == null ? null : state.rest();
    if (rest != null && rest.kind() == Kind.UNREACHABLE) {
      rest.cooldown().tryTrial(time.nanoTime());
    }
  }

  /** An active check of {@code way} failed, which needs no further evidence. */
  public void checkFailed(Destination way, FaultKind why) {
    ExitState state = state(way);
    if (state != null && blames(why)) {
      note(state, state.checkFailed(why, time.nanoTime()));
    }
  }

  private static boolean blames(FaultKind why) {
    return switch (why) {
      // Behind an exit, a broken handshake with the target may as well be the exit's work.
      case EGRESS_CONNECT, EGRESS_AUTH, EGRESS_REFUSED, TLS -> true;
      default -> false;
    };
  }

  /** The ways through exits that rest, or by which nothing went for {@code unused}. */
  public List<Destination> unproven(Duration unused) {
    long now = time.nanoTime();
    return known.states().values().stream()
        .filter(s -> s.rest() != null || now - s.usedAtNanos() >= unused.toNanos())
        .map(ExitState::way)
        .toList();
  }

  // ---- what answers tell

  /**
   * Whether a refusal without detail is aimed at the exit of {@code way} and not at {@code bucket}.
   * If it is, the exit rests, and what began to rest for the like through it is free again.
   */
  public boolean refused(Destination way, QuotaBucket bucket, String model) {
    ExitState state = state(way);
    if (state == null) {
      return false;
    }
    long now = time.nanoTime();
    ExitRest rest = state.rest();
    boolean suspected = state.refusals().add(bucket, model, now);
    boolean refusing = rest != null && rest.kind() == Kind.REFUSED;
    if (!refusing && !(suspected && known.hasOther(way))) {
      return false;
    }
    note(state, state.refused(Kind.REFUSED, KeyVerdict.EXIT_RATE, now));
    lift(state);
    return true;
  }

  private void lift(ExitState state) {
    KeyRing ring = known.ring();
    for (ExitRefusals.Refusal refusal : state.refusals().give()) {
      Cooldown made = refusal.made();
      if (made != null && ring != null) {
        ring.lift(refusal.bucket(), made);
      }
    }
  }

  /**
   * Notes down how an attempt by {@code way} ended, after the key ring has.
   *
   * @param lease the attempt's right to its key
   * @param sentNanos when the attempt was admitted, on the scale of the time source's ticker
   */
  public void settle(Destination way, KeyLease lease, KeyVerdict verdict, long sentNanos) {
    ExitState state = state(way);
    if (state == null) {
      return;
    }
    ApiKey key = lease.key();
    long now = time.nanoTime();
    switch (verdict.effect()) {
      case SUCCESS -> note(state, state.answered(sentNanos, now));
      case EXIT_SUSPECT -> {
        if (verdict.isLocation() && known.hasOther(way)) {
          note(state, state.refused(Kind.LOCATION, verdict.reason(), now));
        }
      }
      case COOL_BUCKET -> {
        if (verdict.isBare() && key != null) {
          state.refusals().rested(key.bucket(), lease.model());
        }
        state.releaseTrial(sentNanos, now);
      }
      default -> state.releaseTrial(sentNanos, now);
    }
  }

  private void note(ExitState state, ExitState.Change change) {
    if (change != ExitState.Change.SAME || !calm()) {
      changes.increment();
    }
    switch (change) {
      case SAME -> {}
      case WENT -> {
        count();
        ExitRest rest = state.rest();
        String why = rest == null ? "" : rest.cooldown().reason();
        LOG.warn("{} is out of use: {}", state.way(), why);
      }
      case CAME_BACK -> {
        count();
        LOG.info("{} is in use again", state.way());
      }
    }
  }

  // ---- what is kept and shared

  /** What is known of exits, to be kept and shared. */
  public FactSource facts() {
    return facts;
  }

  /** How often something was noted that may have begun, lengthened or ended a rest. */
  long changes() {
    return changes.sum();
  }

  /** How often a configuration named, or shared, exits that the one before did not. */
  long extent() {
    return extent.sum();
  }

  /** The exits that are the same for other instances, by their ids. */
  Map<String, List<ExitState>> shared() {
    return known.shared();
  }

  /** Takes over a rest that another instance knows of. */
  void learn(ExitState state, ExitRest.Kind kind, Cooldown cooldown) {
    note(state, state.learn(kind, cooldown, time.nanoTime()));
  }

  /** Ends a rest that is what is {@code meant}. */
  void forget(ExitState state, Predicate<ExitRest> meant) {
    note(state, state.forget(meant));
  }

  // ---- figures

  /** How each known exit is now, in the order of the configuration. */
  public List<ExitFigure> figures() {
    return known.figures(time);
  }
}
