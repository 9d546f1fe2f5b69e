package io.geminirelay.flow.accept;

import static io.geminirelay.flow.accept.ClientConnections.GRACE_SECONDS;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Installs the protocol that client and gateway agreed on in the TLS handshake; HTTP/1.1 where the
 * client named none. A failed handshake closes the connection; where all are to end, one that comes
 * in time is finished, and the request that follows it is answered. Event loop only.
 */
final class AlpnHandler extends ApplicationProtocolNegotiationHandler {
  private final ProtocolChoice protocols;
  private boolean draining;
  private @Nullable Future<?> end;

  AlpnHandler(ProtocolChoice protocols) {
    super(ApplicationProtocolNames.HTTP_1_1);
    this.protocols = protocols;
  }

  @Override
  protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
    if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
      protocols.http2().install(ctx.pipeline());
    } else {
      protocols.http1().install(ctx.pipeline());
    }
    cancel();
    if (draining) {
      ctx.fireUserEventTriggered(ClientConnections.DRAIN);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
    cancel();
    super.handlerRemoved(ctx);
  }

  private void cancel() {
    if (end != null) {
      end.cancel(false);
    }
  }

  // A scanner or a client without trust in our certificate is no news; the close says enough.
  @Override
  protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event == ClientConnections.DRAIN) {
      draining = true;
      cancel();
      end = ctx.executor().schedule(() -> ctx.close(), GRACE_SECONDS, TimeUnit.SECONDS);
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
