package io.geminirelay.bench.quota;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.TriedKeys;
import io.geminirelay.flow.keys.verdict.ErrorBody;
import io.geminirelay.flow.keys.verdict.ErrorBodyReader;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.geminirelay.flow.keys.wait.Waiter;
import io.geminirelay.flow.outbound.AttemptCount;
import io.geminirelay.flow.outbound.RetryBudget;
import io.geminirelay.flow.outbound.RetryDecision;
import io.geminirelay.flow.outbound.RetryPolicy;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gateway's own classes, led as the engine leads them for one exchange after the other. */
final class Gateway implements Policy {
  private static final int TOO_MANY_REQUESTS = 429;

  private final VirtualTime time;
  private final Uplink uplink;
  private final Fleet fleet;
  private final int[] projectOfKey;
  private final RateLimitBehavior behavior;
  private final KeyRing ring;
  private final RetryPolicy retries;
  private final RetryBudget budget;
  private final long deadline;
  private final long maxWait;
  private final WaitingRoom room;

  Gateway(Simulation.Parts parts, Fleet fleet, EngineConfig config, long seed) {
    this.time = parts.time();
    this.uplink = parts.uplink();
    this.fleet = fleet;
    this.projectOfKey = FleetConfig.projectOfKey(fleet);
    this.behavior = config.keys().behavior();
    this.ring = KeyRing.of(config.groups(), config.keys(), time, new Random(seed));
    this.budget = new RetryBudget(config.outbound(), time);
    this.retries = new RetryPolicy(config.outbound(), budget, new Random(seed + 1));
    this.deadline = config.outbound().deadline().toNanos();
    this.maxWait = config.keys().maxWait().toNanos();
    this.room = new WaitingRoom(time, ring.selector());
  }

  @Override
  public void submit(Ask ask, Reply reply) {
    budget.request();
    new Exchange(ask, reply).begin();
  }

  /** One request on its way. */
  private final class Exchange implements Uplink.Answer, Waiter.Seeker {
    private final Ask ask;
    private final Reply reply;
    private final Demand demand;
    private final TriedKeys tried = new TriedKeys();
    private final KeyLease lease = new KeyLease();
    private final AttemptCount count = new AttemptCount();
    private final long began = time.elapsed();
    private @Nullable ApiKey taken;
    private long waitingSince = -1;
    private long sent;

    Exchange(Ask ask, Reply reply) {
      this.ask = ask;
      this.reply = reply;
      this.demand = new Demand(fleet.models().get(ask.model()), List.of(), ask.guess());
    }

    void begin() {
      if (maxWait > 0 && room.isWaitedFor(demand.model())) {
        queueUp();
      } else {
        next();
      }
    }

    private void next() {
      ApiKey key = ring.selector().select(demand, tried, lease);
      if (key != null) {
        attempt(key);
      } else if (maxWait > 0) {
        queueUp();
      } else {
        refuse(ring.selector().forecastNanos(demand, 0));
      }
    }

    private void queueUp() {
      tried.clear();
      if (waitingSince < 0) {
        waitingSince = time.elapsed();
      }
      long limit = time.nanoTime() - time.elapsed() + waitingSince + maxWait;
      Waiter waiter = new Waiter(demand, "client-" + ask.client(), limit, this);
      if (!room.enter(waiter)) {
        ended(waiter);
      }
    }

    @Override
    public Waiter.Take tryTake() {
      taken = ring.selector().select(demand, tried, lease);
      return taken == null ? Waiter.Take.NOTHING : Waiter.Take.TAKEN;
    }

    @Override
    public void ended(Waiter waiter) {
      ApiKey key = taken;
      if (waiter.state() == Waiter.State.SERVED && key != null) {
        attempt(key);
      } else {
        refuse(waiter.retryNanos());
      }
    }

    private void attempt(ApiKey key) {
      count.withOther();
      tried.add(key);
      sent = time.elapsed();
      lease.sent();
      uplink.send(projectOfKey[key.index()], ask, this);
    }

    @Override
    public void begun() {
      ring.settle(lease, KeyVerdict.SUCCESS);
      reply.answered(sent);
      room.keysMayBeBack();
    }

    @Override
    public void ended(long promptTokens) {
      ring.counted(lease, promptTokens);
      room.keysMayBeBack();
    }

    @Override
    public void refused(String body) {
      ErrorBody error =
          ErrorBodyReader.look(Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
      KeyVerdict verdict =
          VerdictReader.judge(
              new UpstreamOutcome.Refused(TOO_MANY_REQUESTS, error, false), behavior);
      ring.settle(lease, verdict);
      long left = deadline - (time.elapsed() - began);
      RetryDecision decision =
          retries.decide(verdict, count, new RetryPolicy.Situation(false, true, left));
      if (decision.action() == RetryDecision.Action.OTHER_KEY) {
        next();
      } else {
        refuse(ring.selector().forecastNanos(demand, 0));
      }
    }

    private void refuse(long wait) {
      reply.refused(
          wait == KeySelector.NEVER ? 0 : TimeUnit.NANOSECONDS.toSeconds(wait + 999_999_999L));
    }
  }
}
