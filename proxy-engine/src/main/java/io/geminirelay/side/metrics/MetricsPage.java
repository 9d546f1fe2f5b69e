package io.geminirelay.side.metrics;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.LocalAnswer;
import io.geminirelay.base.exchange.LocalRoute;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Answers {@code /metrics} in the form that the scraper asks for.
 *
 * <p>With thousands of keys a page takes many milliseconds, so that it is made on a thread of its
 * own, one at a time. Who asks for a page in a form that is being made gets that page: however many
 * ask, there is one at work and one waiting for each form at most. Thread safe.
 */
public final class MetricsPage implements LocalRoute {
  private static final long KEEP_THREAD_SECONDS = 60;

  private final PrometheusRegistry registry;
  private final Executor maker;
  private final Map<PageForm, CompletableFuture<byte[]>> underWay = new ConcurrentHashMap<>();

  /** Shows what {@code registry} holds. */
  public MetricsPage(PrometheusRegistry registry) {
    this(registry, oneThread());
  }

  /** The same, with pages made by {@code maker}. */
  MetricsPage(PrometheusRegistry registry, Executor maker) {
    this.registry = registry;
    this.maker = maker;
  }

  private static Executor oneThread() {
    ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            KEEP_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread made = new Thread(task, "relay-metrics");
              made.setDaemon(true);
              return made;
            });
    thread.allowCoreThreadTimeOut(true);
    return thread;
  }

  @Override
  public void answer(ChannelHandlerContext ctx, Exchange exchange, ByteBuf body) {
    body.release();
    HttpHeaders headers = exchange.head().headers();
    PageForm form = PageForm.of(headers);
    var unused =
        page(form)
            .thenAcceptAsync(page -> write(ctx, exchange, form, page), ctx.executor())
            .exceptionally(
                failure -> {
                  ctx.executor().execute(() -> fail(ctx, exchange, failure));
                  return null;
                });
  }

  private CompletableFuture<byte[]> page(PageForm form) {
    CompletableFuture<byte[]> made = new CompletableFuture<>();
    CompletableFuture<byte[]> other = underWay.putIfAbsent(form, made);
    if (other != null) {
      return other;
    }
    try {
      maker.execute(() -> make(form, made));
    } catch (RuntimeException | Error e) {
      // No thread to be had: nobody would take the form out again, and all later pages would wait.
      underWay.remove(form, made);
      made.completeExceptionally(e);
    }
    return made;
  }

  private void make(PageForm form, CompletableFuture<byte[]> made) {
    byte[] page;
    try {
      page = form.write(registry.scrape());
    } catch (RuntimeException | Error e) {
      underWay.remove(form);
      made.completeExceptionally(e);
      return;
    }
    underWay.remove(form);
    made.complete(page);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private static void write(
      ChannelHandlerContext ctx, Exchange exchange, PageForm form, byte[] page) {
    if (ctx.channel().attr(Exchange.KEY).get() != exchange) {
      return;
    }
    FullHttpResponse answer =
        LocalAnswer.of(
            exchange, HttpResponseStatus.OK, form.contentType(), Unpooled.wrappedBuffer(page));
    answer.headers().set(HttpHeaderNames.VARY, "accept, accept-encoding");
    if (form.zipped()) {
      answer.headers().set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP);
    }
    ctx.writeAndFlush(answer);
  }

  private static void fail(ChannelHandlerContext ctx, Exchange exchange, Throwable failure) {
    if (ctx.channel().attr(Exchange.KEY).get() == exchange) {
      ctx.fireExceptionCaught(failure);
    }
  }
}
