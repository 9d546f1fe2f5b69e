package io.geminirelay.flow.keys;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.testing.FakeTime;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Several instances that count what they draw on the same quotas, in a time of their own. */
abstract class QuotaInstances {
  static final String MODEL = "gemini-2.5-flash";

  final FakeTime time = new FakeTime();
  final FairLedgers store = new FairLedgers(time);
  final List<Instance> instances = new ArrayList<>();

  final class Instance {
    final EmbeddedChannel thread = new EmbeddedChannel();
    final RingStates states = new RingStates(time, new QuotaClock(KeysConfig.STANDARD));
    final QuotaBucket bucket;
    final ModelQuota quota;

    Instance(QuotaLimits limits) {
      thread.freezeTime(); // else the time that the test takes is added to that which it lets pass
      bucket = states.configured("https://google", "team");
      bucket.limits(Set.of(new LimitTable(List.of(Map.of(MODEL, limits)))));
      quota = bucket.quota(MODEL);
      new QuotaLedgers(store.link(), thread.eventLoop(), states).start();
      instances.add(this);
    }

    boolean tryDraw(long tokens) {
      return quota.tryDraw(tokens, time.nanoTime());
    }

    int drawAll(long tokens) {
      int drawn = 0;
      while (tryDraw(tokens)) {
        drawn++;
      }
      return drawn;
    }
  }

  Instance[] start(int count, QuotaLimits limits) {
    Instance[] all = new Instance[count];
    for (int i = 0; i < count; i++) {
      all[i] = new Instance(limits);
    }
    pass(200);
    return all;
  }

  void pass(long millis) {
    long step = Math.min(10, millis);
    for (long i = 0; i < millis; i += step) {
      time.advance(Duration.ofMillis(step));
      store.pass();
      for (Instance each : instances) {
        each.thread.advanceTimeBy(step, TimeUnit.MILLISECONDS);
        each.thread.runScheduledPendingTasks();
        each.thread.runPendingTasks();
      }
    }
  }

  @AfterEach
  void close() {
    instances.forEach(each -> each.thread.finishAndReleaseAll());
  }
}
