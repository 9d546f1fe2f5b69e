package io.geminirelay.side.admin;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.LocalAnswer;
import io.geminirelay.base.exchange.RequestId;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.side.admin.AdminPages.AdminTask;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends answers of the admin interface. Event loop of the channel only, but for {@link #later}.
 * Bodies lie in arrays: an answer that comes too late leaves nothing to release.
 */
final class AdminReply {
  private AdminReply() {}

  /** Has {@code answer} run on the channel's event loop, unless its exchange is over by then. */
  static void later(AdminTask task, Runnable answer) {
    ChannelHandlerContext ctx = task.ctx();
    try {
      ctx.executor()
          .execute(
              () -> {
                if (ctx.channel().attr(Exchange.KEY).get() == task.exchange() && !ctx.isRemoved()) {
                  answer.run();
                }
              });
    } catch (RejectedExecutionException e) {
      // The engine has stopped, and the channel is closed.
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  static void send(
      ChannelHandlerContext ctx, Exchange exchange, AdminAnswer answer, byte @Nullable [] body) {
    FullHttpResponse response =
        body == null
            ? bare(exchange, answer)
            : LocalAnswer.json(exchange, answer.status(), Unpooled.wrappedBuffer(body));
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    ctx.writeAndFlush(response);
  }

  private static FullHttpResponse bare(Exchange exchange, AdminAnswer answer) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), Unpooled.EMPTY_BUFFER);
    // RFC 9110 section 8.6: of 204 there is none.
    if (answer.status().code() != 204) {
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
    }
    response
        .headers()
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(RequestId.HEADER, exchange.id());
    LocalAnswer.guard(response.headers());
    return response;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  static void refuse(ChannelHandlerContext ctx, Exchange exchange, AdminProblem problem) {
    ctx.writeAndFlush(response(exchange, problem));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  static void notAllowed(ChannelHandlerContext ctx, Exchange exchange, String allowed) {
    Fault fault = Fault.of(FaultKind.METHOD_NOT_ALLOWED, "this path takes " + allowed);
    FullHttpResponse response = response(exchange, new AdminProblem(fault));
    response.headers().set(HttpHeaderNames.ALLOW, allowed);
    ctx.writeAndFlush(response);
  }

  private static FullHttpResponse response(Exchange exchange, AdminProblem problem) {
    try {
      byte[] body = AnswerText.of(exchange, problem);
      return FaultResponder.response(exchange, problem.fault(), Unpooled.wrappedBuffer(body));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
