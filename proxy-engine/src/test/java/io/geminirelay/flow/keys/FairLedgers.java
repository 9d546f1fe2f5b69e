package io.geminirelay.flow.keys;

import io.geminirelay.base.state.LedgerStore;
import io.geminirelay.testing.FakeTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A server of ledgers in the process, some way off, that can be away, fail, and forget. */
final class FairLedgers {
  private static final long MINUTE = TimeUnit.MINUTES.toMillis(1);

  private final FakeTime time;
  private final Map<String, Ledger> ledgers = new HashMap<>();
  private final Deque<Arrival> underWay = new ArrayDeque<>();

  /** How long an answer takes. */
  long wayNanos = TimeUnit.MILLISECONDS.toNanos(1);

  boolean up = true;

  /** Does what it is told and does not say so. */
  boolean mute;

  /** Throws, instead of failing. */
  boolean broken;

  /** Of this one nothing is heard; empty for none. */
  String failing = "";

  int looks;

  private record Arrival(long atNanos, Runnable work) {}

  private record Draws(long atMillis, long requests, long tokens) {}

  private static final class Ledger {
    private long requests;
    private long tokens;
    private long day;
    private long dayRequests;
    private final Deque<Draws> recent = new ArrayDeque<>();
    private final Map<Object, Long> turns = new HashMap<>();
    private final Map<Object, Long> lastMillis = new HashMap<>();
  }

  FairLedgers(FakeTime time) {
    this.time = time;
  }

  /** How an instance comes to it. */
  LedgerStore link() {
    return new LedgerStore() {
      @Override
      public CompletionStage<List<Optional<Total>>> add(List<Draw> draws) {
        return FairLedgers.this.add(this, draws);
      }

      @Override
      public boolean isUp() {
        return up;
      }
    };
  }

  /** Of what it counts. */
  Set<String> names() {
    return ledgers.keySet();
  }

  /** As a server without a disk does at its restart. */
  void forget() {
    ledgers.clear();
  }

  /** Time has passed. */
  void pass() {
    while (!underWay.isEmpty() && time.nanoTime() - underWay.element().atNanos() >= 0) {
      underWay.remove().work().run();
    }
  }

  private CompletionStage<List<Optional<LedgerStore.Total>>> add(
      Object from, List<LedgerStore.Draw> draws) {
    looks += draws.size();
    if (broken) {
      throw new IllegalStateException("broken");
    }
    if (!up) {
      return CompletableFuture.failedStage(new IllegalStateException("away"));
    }
    CompletableFuture<List<Optional<LedgerStore.Total>>> told = new CompletableFuture<>();
    later(
        () -> {
          List<Optional<LedgerStore.Total>> totals = new ArrayList<>();
          for (LedgerStore.Draw draw : draws) {
            boolean fails = !failing.isEmpty() && draw.name().endsWith(failing);
            totals.add(fails ? Optional.empty() : Optional.of(add(from, draw)));
          }
          if (mute) {
            later(() -> told.completeExceptionally(new IllegalStateException("too late")));
          } else {
            later(() -> told.complete(totals));
          }
        });
    return told;
  }

  /** Half the way is to the server, and half is back. */
  private void later(Runnable arrival) {
    underWay.add(new Arrival(time.nanoTime() + wayNanos / 2, arrival));
  }

  private LedgerStore.Total add(Object from, LedgerStore.Draw draw) {
    long now = time.instant().toEpochMilli();
    Ledger ledger = ledgers.computeIfAbsent(draw.name(), x -> new Ledger());
    long latest = time.instant().getEpochSecond() + TimeUnit.HOURS.toSeconds(25);
    if (draw.day() <= latest && (draw.day() > ledger.day || ledger.day > latest)) {
      ledger.day = draw.day();
      ledger.dayRequests = 0;
    }
    boolean drawn = draw.requests() != 0 || draw.tokens() != 0;
    if (drawn && draw.turn() > ledger.turns.getOrDefault(from, 0L)) {
      ledger.turns.put(from, draw.turn());
      ledger.lastMillis.put(from, now);
      ledger.requests += draw.requests();
      ledger.tokens += draw.tokens();
      ledger.dayRequests += draw.day() == ledger.day ? draw.requests() : 0;
      ledger.recent.add(new Draws(now, draw.requests(), draw.tokens()));
    }
    if (draw.day() == ledger.day) {
      ledger.dayRequests = Math.max(ledger.dayRequests, draw.dayRequests());
    }
    while (!ledger.recent.isEmpty() && now - ledger.recent.element().atMillis() >= MINUTE) {
      ledger.recent.remove();
    }
    return new LedgerStore.Total(
        ledger.requests,
        ledger.tokens,
        ledger.recent.stream().mapToLong(Draws::requests).sum(),
        ledger.recent.stream().mapToLong(Draws::tokens).sum(),
        draw.day() == ledger.day ? ledger.dayRequests : 0,
        (int)
            ledger.lastMillis.entrySet().stream()
                .filter(each -> each.getKey() != from && now - each.getValue() < MINUTE)
                .count(),
        ledger.day);
  }
}
