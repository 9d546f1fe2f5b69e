package io.geminirelay.side.admin;

import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.side.admin.AdminTable.Match;
import io.geminirelay.side.admin.login.AdminDoor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers everything under {@code /admin}: finds the operation, and has it done on the admin
 * thread; event loops pass bytes. Thread safe.
 *
 * <p>Without an admin token in the configuration as it is now, there is nothing here.
 */
public final class AdminPages implements LocalRoute {
  /** Requests that may wait for the admin thread, and bytes of their bodies. */
  static final int MAX_WAITING = 256;

  /** Bytes of a request's body, enough for the import of tens of thousands of keys. */
  static final int MAX_BODY = 1 << 20;

  static final long MAX_WAITING_BYTES = 16L << 20;

  private final AdminTable table;
  private final AdminWork work;
  private final Executor thread;
  private final BooleanSupplier open;
  private final BiPredicate<ChannelHandlerContext, Exchange> files;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();

  /**
   * Answers from {@code table}.
   *
   * @param work does operations on {@code thread}
   * @param open whether there is an admin token now
   * @param files answers requests for files of the dashboard; false where it is asked for none
   */
  public AdminPages(
      AdminTable table,
      AdminWork work,
      Executor thread,
      BooleanSupplier open,
      BiPredicate<ChannelHandlerContext, Exchange> files) {
    this.table = table;
    this.work = work;
    this.thread = thread;
    this.open = open;
    this.files = files;
  }

  @Override
  public @Nullable Fault beforeBody(Exchange exchange) {
    if (!open.getAsBoolean()) {
      return closed();
    }
    Match match = match(exchange);
    if (match == null) {
      return unknown();
    }
    HttpHeaders headers = exchange.head().headers();
    boolean somebody =
        headers.contains(HttpHeaderNames.AUTHORIZATION) || headers.contains(HttpHeaderNames.COOKIE);
    return somebody || match.operation() == null || !match.operation().writes()
        ? null
        : AdminDoor.stranger().fault();
  }

  @Override
  public int maxBodyBytes(Exchange exchange) {
    Match match = match(exchange);
    boolean writes = match != null && match.operation() != null && match.operation().writes();
    return writes ? MAX_BODY : SMALL_BODY;
  }

  private @Nullable Match match(Exchange exchange) {
    String path = new QueryStringDecoder(exchange.uri()).rawPath();
    return table.match(exchange.head().method().name(), path);
  }

  private static Fault closed() {
    return Fault.of(FaultKind.NOT_FOUND, "no such path: no admin token is configured");
  }

  private static Fault unknown() {
    return Fault.of(FaultKind.NOT_FOUND, "no such path in the admin interface");
  }

  @Override
  public void answer(ChannelHandlerContext ctx, Exchange exchange, ByteBuf body) {
    byte[] bytes;
    try {
      bytes = ByteBufUtil.getBytes(body);
    } finally {
      body.release();
    }
    if (!open.getAsBoolean()) {
      FaultResponder.respond(ctx, exchange, closed(), false);
      return;
    }
    if (files.test(ctx, exchange)) {
      return;
    }
    String method = exchange.head().method().name();
    Match match = match(exchange);
    if (match == null) {
      FaultResponder.respond(ctx, exchange, unknown(), false);
    } else if (match.operation() == null) {
      AdminReply.notAllowed(ctx, exchange, match.allowed());
    } else {
      AdminRequest request = new AdminRequest(method, exchange.uri(), match.values(), bytes);
      queue(new AdminTask(ctx, exchange, exchange.caller(), match.operation(), request), bytes);
    }
  }

  private void queue(AdminTask task, byte[] body) {
    int ahead = waiting.incrementAndGet();
    long bytesAhead = waitingBytes.addAndGet(body.length);
    boolean room = ahead <= MAX_WAITING && bytesAhead <= MAX_WAITING_BYTES;
    try {
      if (room) {
        thread.execute(
            () -> {
              leave(body);
              work.run(task);
            });
        return;
      }
    } catch (RejectedExecutionException e) {
      // The gateway is stopping: said below.
    }
    leave(body);
    Fault busy = Fault.until(FaultKind.OVERLOADED, "the admin interface is busy", 1);
    FaultResponder.respond(task.ctx(), task.exchange(), busy, false);
  }

  private void leave(byte[] body) {
    waiting.decrementAndGet();
    waitingBytes.addAndGet(-body.length);
  }

  /**
   * One request on its way through the admin thread.
   *
   * @param ctx where the answer goes out; for its own event loop alone
   * @param exchange for its own event loop alone, but for its head
   * @param caller where the request came from
   * @param operation that it asks for
   * @param request what it asks, by nobody known yet
   */
  record AdminTask(
      ChannelHandlerContext ctx,
      Exchange exchange,
      Caller caller,
      AdminOperation operation,
      AdminRequest request) {}
}
