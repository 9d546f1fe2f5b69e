package io.geminirelay.e2e;

import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;

/** Clients that ask several gateways all the time, until they are closed or one of them fails. */
final class Askers implements AutoCloseable {
  private final Set<Integer> expected;
  private final AtomicLongArray answered;
  private final AtomicLong served = new AtomicLong();
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;

  /**
   * Begins to ask.
   *
   * @param ports of the gateways; the text of each request says {@code from N}, which of them
   * @param each how many clients ask each gateway, one thing after the other
   * @param expected statuses that are no failures
   */
  Askers(List<Integer> ports, int each, Set<Integer> expected) {
    this.expected = Set.copyOf(expected);
    this.answered = new AtomicLongArray(ports.size());
    for (int gateway = 0; gateway < ports.size(); gateway++) {
      for (int i = 0; i < each; i++) {
        int at = gateway;
        int port = ports.get(gateway);
        threads.add(new Thread(() -> ask(at, port), "asker of " + at));
      }
    }
    threads.forEach(Thread::start);
  }

  /** What a client of {@code gateway} sends. */
  static String body(int gateway) {
    return Rig.BODY.replace("Hello", "Hello from " + gateway);
  }

  /** One request; {@code client} is the client's connection. */
  static Response ask(TestClient client, int gateway) {
    return client.post(Rig.UNARY, body(gateway), "Authorization", "Bearer " + TwoGateways.CLIENT);
  }

  private void ask(int gateway, int port) {
    try {
      while (!over) {
        askOnOneConnection(gateway, port);
      }
    } catch (RuntimeException | Error e) {
      fail(e.toString());
    }
  }

  private void fail(String words) {
    failures.add(words);
    over = true;
  }

  /** Waits until {@code reached}, or until something went wrong, which ends all asking. */
  void await(String what, BooleanSupplier reached) {
    RedisServer.await(what, () -> reached.getAsBoolean() || !failures.isEmpty());
  }

  /** Until the gateway says that it closes it, as it does where it does not read a body. */
  private void askOnOneConnection(int gateway, int port) {
    try (TestClient client = TestClient.connect(port)) {
      boolean last = false;
      while (!over && !last) {
        Response answer = ask(client, gateway);
        if (answer.status() == 200) {
          served.incrementAndGet();
        }
        if (!expected.contains(answer.status()) || !answer.whole()) {
          // It has shown what is to be shown: the rest would only hide the first.
          fail(answer.toString());
        }
        answered.incrementAndGet(gateway);
        last = "close".equals(answer.header("connection"));
      }
    }
  }

  /** What went wrong, in words. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Requests that were answered with 200. */
  long served() {
    return served.get();
  }

  /** Requests that were answered at all. */
  long answered() {
    long all = 0;
    for (int i = 0; i < answered.length(); i++) {
      all += answered.get(i);
    }
    return all;
  }

  /** Waits until each gateway has answered as many more, or something went wrong. */
  void awaitMore(int count) {
    long[] wanted = new long[answered.length()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = answered.get(i) + count;
    }
    await(
        count + " requests more of each",
        () -> {
          boolean all = true;
          for (int i = 0; i < wanted.length; i++) {
            all &= answered.get(i) >= wanted[i];
          }
          return all;
        });
  }

  @Override
  public void close() {
    over = true;
    RedisServer.await("the clients to end", () -> threads.stream().noneMatch(Thread::isAlive));
  }
}
