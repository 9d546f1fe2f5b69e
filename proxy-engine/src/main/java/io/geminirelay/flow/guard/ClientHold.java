package io.geminirelay.flow.guard;

import io.geminirelay.base.config.Priority;
import io.geminirelay.base.exchange.Exchange;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * What one client has open here, with a limit or without, and how much was refused it under load.
 * Given back by the exchange's end, whatever it is. Lock-free; one for all event loops.
 */
public final class ClientHold implements Consumer<Exchange> {
  private final String name;
  private final Priority priority;
  private final AtomicInteger open;
  private final LongAdder shed;

  ClientHold(String name, Priority priority) {
    this(name, priority, new AtomicInteger(), new LongAdder());
  }

  private ClientHold(String name, Priority priority, AtomicInteger open, LongAdder shed) {
    this.name = name;
    this.priority = priority;
    this.open = open;
    this.shed = shed;
  }

  /** The same client by a new configuration: what it has open stays so. */
  ClientHold with(Priority other) {
    return other == priority ? this : new ClientHold(name, other, open, new LongAdder());
  }

  /** The client's name; empty for all who need none. */
  public String name() {
    return name;
  }

  /** When it is refused. */
  public Priority priority() {
    return priority;
  }

  /** Its requests here that go upstream and are not over. */
  int open() {
    return open.get();
  }

  /** How many requests were refused because of the gateway's load. */
  public long shed() {
    return shed.sum();
  }

  void refuse() {
    shed.increment();
  }

  /** Lets {@code exchange} in, until it is over. */
  void enter(Exchange exchange) {
    open.incrementAndGet();
    exchange.whenClosed(this);
  }

  @Override
  public void accept(Exchange over) {
    open.decrementAndGet();
  }
}
