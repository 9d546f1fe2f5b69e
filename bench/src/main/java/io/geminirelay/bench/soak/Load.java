package io.geminirelay.bench.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Many clients that ask at a steady rate. Used by one thread. */
final class Load {
  private final List<GatewayUnderSoak> gateways;
  private final Ledger ledger;
  private final Plan plan;
  private final int rate;
  private final AtomicInteger next = new AtomicInteger();

  Load(List<GatewayUnderSoak> gateways, Ledger ledger, Plan plan, int rate) {
    this.gateways = gateways;
    this.ledger = ledger;
    this.plan = plan;
    this.rate = rate;
  }

  /** Asks until {@code enough}, then waits for what is under way and closes all connections. */
  void run(BooleanSupplier enough) throws InterruptedException {
    try (SharedHttp2 shared = new SharedHttp2(gateways)) {
      List<Thread> threads = new ArrayList<>();
      int first = next.get();
      long start = System.nanoTime();
      for (int i = 0; i < Math.max(24, rate * 2 / 3); i++) {
        Thread thread = new Thread(() -> work(shared, first, start, enough), "soak-client-" + i);
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private void work(SharedHttp2 shared, int first, long start, BooleanSupplier enough) {
    try (Asker asker = new Asker(gateways, shared)) {
      while (!enough.getAsBoolean()) {
        int id = next.getAndIncrement();
        long due = start + TimeUnit.SECONDS.toNanos(id - first) / rate;
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        SplittableRandom random = plan.random(id);
        Kind kind = Kind.any(random);
        Ledger.Entry entry = ledger.open(id, kind, random.nextInt(gateways.size()));
        asker.ask(entry, random);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
