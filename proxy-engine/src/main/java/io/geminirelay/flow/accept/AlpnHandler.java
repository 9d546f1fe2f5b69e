package io.geminirelay.flow.accept;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;

/**
 * Installs the protocol that client and gateway agreed on in the TLS handshake; HTTP/1.1 where the
 * client named none. A failed handshake closes the connection.
 */
final class AlpnHandler extends ApplicationProtocolNegotiationHandler {
  private final ProtocolChoice protocols;

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
  }

  // A scanner or a client without trust in our certificate is no news; the close says enough.
  @Override
  protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event == ClientConnections.DRAIN) {
      ctx.close();
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
