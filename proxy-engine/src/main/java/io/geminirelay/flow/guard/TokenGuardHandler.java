package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.FlushRound;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.tokens.MediaKind;
import io.geminirelay.base.tokens.PromptForm;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code tokens}, behind the interpreter, so that it sees Google's or OpenAI's form alone:
 * refuses requests with more tokens than allowed. Until the verdict nothing of a request is passed
 * on, so that a refused one costs nothing upstream.
 *
 * <p>A body that could not pass the limit even if it were all media goes through untouched.
 *
 * <p>Keeps and owns the request that waits for its verdict, until it is passed on, refused, or the
 * client has left; its size the body stage bounds, and a {@link TokenLimit#budget} that of all
 * requests that wait. Long bodies are counted in several turns. Runs on the client's event loop.
 */
public final class TokenGuardHandler extends ChannelInboundHandlerAdapter {
  private static final int RETRY_AFTER_SECONDS = 1;

  /** Counting so many takes some hundred microseconds. */
  private static final int LONG_BYTES = 32 << 10;

  private final TokenLimit limit;

  // Owner: this handler, until the verdict.
  private @Nullable HeldRequest held;
  private @Nullable TokenCheck check;
  private boolean refused;
  private boolean counting;

  /** Lets pass requests within {@code limit}, which is at least one token. */
  public TokenGuardHandler(TokenLimit limit) {
    this.limit = limit;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest head) {
      release();
      refused = false;
      if (!begin(ctx, head)) {
        ctx.fireChannelRead(message);
        return;
      }
    }
    if (held != null && check != null && message instanceof HttpContent piece) {
      if (!held.take(ctx, piece)) {
        refuseHolding(ctx, piece instanceof LastHttpContent);
      } else if (!counting) {
        count(ctx, held, check);
      }
    } else if (refused && message instanceof HttpContent piece) {
      // An interpreter may make several pieces of one: what comes behind the verdict is dropped.
      piece.release();
    } else if (!(message instanceof HttpRequest)) {
      ctx.fireChannelRead(message);
    }
  }

  /** Whether the request has to wait; a full one is a head here, its content comes with it. */
  private boolean begin(ChannelHandlerContext ctx, HttpRequest head) {
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    PromptForm form = TokenRules.formOf(exchange);
    if (form == null) {
      return false;
    }
    long length = announced(exchange.request());
    if (length >= 0 && length <= limit.tokens() / MediaKind.MAX_TOKENS_PER_BODY_BYTE) {
      return false;
    }
    held = new HeldRequest(head, limit.budget());
    check = new TokenCheck(limit, form, exchange.model(), length);
    return true;
  }

  /**
   * Length of the body, negative where it is not known. The codec has checked that they are digits,
   * and the body stage that they are not too many.
   */
  static long announced(HttpRequest head) {
    String length = head.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    if (length == null) {
      return -1;
    }
    long bytes = 0;
    for (int i = 0; i < length.length(); i++) {
      bytes = 10 * bytes + length.charAt(i) - '0';
    }
    return bytes;
  }

  private void count(ChannelHandlerContext ctx, HeldRequest request, TokenCheck tokens) {
    if (request.bytes() >= LONG_BYTES) {
      FlushRound.flushOwn();
    }
    boolean all = tokens.read(request);
    if (all && request.isWhole()) {
      all = tokens.finish(request);
    }
    if (tokens.isOver()) {
      refuseTokens(ctx, tokens.tokens(), request.isWhole(), all);
    } else if (!all) {
      counting = true;
      later(ctx, () -> countOn(ctx, request, tokens));
    } else if (request.isWhole()) {
      if (tokens.tokens() > 0) {
        ctx.channel().attr(Exchange.KEY).get().inputTokens(tokens.tokens());
      }
      held = null;
      release();
      request.passOn(ctx);
    }
  }

  // A loop does up to 64 tasks before it looks at its channels again, and those put in meanwhile
  // with them; but scheduled ones, even those due at once, only after it has looked.
  @SuppressWarnings("FutureReturnValueIgnored") // the task tells itself whether it is too late
  private static void later(ChannelHandlerContext ctx, Runnable task) {
    ctx.executor().schedule(task, 0, TimeUnit.NANOSECONDS);
  }

  private void countOn(ChannelHandlerContext ctx, HeldRequest request, TokenCheck tokens) {
    if (held != request) {
      // It was let go of meanwhile.
      return;
    }
    counting = false;
    try {
      count(ctx, request, tokens);
    } catch (RuntimeException defect) {
      release();
      ctx.fireExceptionCaught(defect);
    }
  }

  private void refuseTokens(ChannelHandlerContext ctx, long counted, boolean whole, boolean all) {
    String tokens = (whole && all ? "" : "more than ") + counted;
    String detail = "Request body too large: " + tokens + " tokens (max: " + limit.tokens() + ")";
    refuse(ctx, Fault.of(FaultKind.TOO_MANY_TOKENS, detail), whole);
  }

  private void refuseHolding(ChannelHandlerContext ctx, boolean whole) {
    String detail = "too many long requests are being counted at once: try again in a moment";
    refuse(ctx, Fault.until(FaultKind.OVERLOADED, detail, RETRY_AFTER_SECONDS), whole);
  }

  private void refuse(ChannelHandlerContext ctx, Fault fault, boolean whole) {
    release();
    refused = true;
    FaultResponder.respond(ctx, ctx.channel().attr(Exchange.KEY).get(), fault, !whole);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Fault) {
      // An earlier stage has refused the rest of this request.
      refused |= held != null;
      release();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    release();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    release();
  }

  private void release() {
    counting = false;
    if (held != null) {
      held.release();
      held = null;
    }
    if (check != null) {
      check.release();
      check = null;
    }
  }
}
