package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.testing.FakeTime;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ForwardHandlerTest {
  private static final class DefectiveStage extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      throw new IllegalStateException("a defect with a secret in it");
    }
  }

  private final Exchange exchange =
      new Exchange("id", new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"), 0);

  private EmbeddedChannel channel() {
    Outbound outbound =
        new Outbound(
            null, null, null, null, null, null, null, null, null, new FakeTime(), null, false);
    EmbeddedChannel channel =
        new EmbeddedChannel(new DefectiveStage(), new ForwardHandler(outbound));
    channel.attr(Exchange.KEY).set(exchange);
    return channel;
  }

  @Test
  void answersWhenAnEarlierStageHasADefect() {
    EmbeddedChannel channel = channel();
    channel.writeInbound(exchange.head());
    FullHttpResponse answer = channel.readOutbound();
    assertEquals(500, answer.status().code());
    assertEquals("close", answer.headers().get("connection"));
    assertFalse(answer.content().toString(StandardCharsets.UTF_8).contains("secret"));
    answer.release();
    assertEquals(FaultKind.INTERNAL, exchange.fault().kind());
  }

  @Test
  void closesWhenADefectComesBehindTheAnswer() {
    EmbeddedChannel channel = channel();
    channel.attr(Exchange.KEY).set(null);
    channel.writeInbound(exchange.head());
    assertFalse(channel.isOpen());
    assertTrue(channel.outboundMessages().isEmpty());
  }
}
