package io.geminirelay.side.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.base.exchange.Exchange;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private final AtomicBoolean threads = new AtomicBoolean();
  private final MetricsPage page =
      new MetricsPage(
          new PrometheusRegistry(),
          task -> {
            if (!threads.get()) {
              throw new RejectedExecutionException("no thread");
            }
            task.run();
          });

  @Test
  void isMadeAgainAfterNoThreadWasToBeHadForOne() {
    Failures failures = new Failures();
    EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter(), failures);
    ask(channel);
    assertNull(channel.readOutbound());
    assertNotNull(failures.last);
    threads.set(true);
    ask(channel);
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(200, answer.status().code());
    answer.release();
    channel.finishAndReleaseAll();
  }

  private void ask(EmbeddedChannel channel) {
    Exchange exchange =
        new Exchange("id", new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"), 0);
    channel.attr(Exchange.KEY).set(exchange);
    page.answer(channel.pipeline().firstContext(), exchange, Unpooled.buffer());
    channel.runPendingTasks();
  }

  private static final class Failures extends ChannelInboundHandlerAdapter {
    private Throwable last;

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      last = cause;
    }
  }
}
