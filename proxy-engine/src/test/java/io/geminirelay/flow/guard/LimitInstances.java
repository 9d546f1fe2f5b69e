package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.testing.FakeTime;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Several instances, each with its accounts and its state thread, that go by one store. */
abstract class LimitInstances {
  final FakeTime time = new FakeTime();
  final FairLeases store = new FairLeases(time);
  final List<Instance> instances = new ArrayList<>();

  /** One gateway, as far as limits go; its state thread runs when time passes. */
  final class Instance {
    final EmbeddedChannel thread = new EmbeddedChannel();
    ClientLimits limits;
    ClientConfig client;
    int admitted;

    Instance(long requests, long tokens) {
      thread.freezeTime(); // else the time that the test takes is added to that which it lets pass
      client = client(requests, tokens);
      limits = ClientLimits.of(List.of(client), time);
      limits.shareBy(store, null, thread.eventLoop());
      instances.add(this);
    }

    ClientAccount account() {
      ClientAccount account = limits.of(client);
      assertNotNull(account);
      return account;
    }

    Fault tryEnter() {
      Fault fault = account().enter();
      if (fault == null) {
        account().leave();
        admitted++;
      }
      return fault;
    }

    int burst(int requests) {
      int before = admitted;
      for (int i = 0; i < requests; i++) {
        tryEnter();
        // An event loop has other things to do between two requests.
        thread.runPendingTasks();
      }
      return admitted - before;
    }

    /** How many of so many requests are let in, each of which is charged so many tokens. */
    int burst(long requests, long charge) {
      int before = admitted;
      for (int i = 0; i < requests; i++) {
        ClientAccount account = account();
        if (account.enter() == null) {
          account.charge(charge);
          account.leave();
          admitted++;
        }
      }
      return admitted - before;
    }

    void reload(long requests, long tokens) {
      client = client(requests, tokens);
      limits = limits.successor(List.of(client), time);
      limits.begin();
    }
  }

  static ClientConfig client(long requests, long tokens) {
    return new ClientConfig(
        "fleet", new byte[32], requests, tokens, 0, List.of(), List.of(), Priority.NORMAL);
  }

  void pass(long millis) {
    for (long i = 0; i < millis; i += 5) {
      time.advance(Duration.ofMillis(5));
      store.pass();
      for (Instance each : instances) {
        each.thread.advanceTimeBy(5, TimeUnit.MILLISECONDS);
        each.thread.runPendingTasks();
        each.thread.runScheduledPendingTasks();
        each.thread.runPendingTasks();
      }
    }
  }

  Instance[] start(int count, long requests, long tokens) {
    Instance[] all = new Instance[count];
    for (int i = 0; i < count; i++) {
      all[i] = new Instance(requests, tokens);
      // They do not tick in step.
      pass(5);
    }
    pass(100);
    return all;
  }

  int admitted() {
    return instances.stream().mapToInt(each -> each.admitted).sum();
  }

  @AfterEach
  void close() {
    instances.forEach(each -> each.thread.finishAndReleaseAll());
  }
}
