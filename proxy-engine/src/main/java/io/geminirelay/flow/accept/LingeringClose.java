package io.geminirelay.flow.accept;

import io.geminirelay.base.exchange.ReadGate;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection so that the client can still read its last answer.
 *
 * <p>A close while bytes of the client are unread makes the system reset the connection, and the
 * client may lose the answer (RFC 9112 section 9.6). So the sending side is shut first, and what
 * comes is dropped for {@value #LINGER_SECONDS} seconds or until the client closes too.
 */
final class LingeringClose {
  private static final int LINGER_SECONDS = 2;

  private LingeringClose() {}

  /**
   * What to do when the last answer has been written.
   *
   * @param unread whether the client may still be sending
   */
  static ChannelFutureListener after(boolean unread) {
    return unread ? LingeringClose::linger : ChannelFutureListener.CLOSE;
  }

  private static void linger(ChannelFuture written) {
    Channel channel = written.channel();
    if (!written.isSuccess() || !(channel instanceof DuplexChannel duplex)) {
      channel.close();
      return;
    }
    ReadGate.of(channel).resumeAll();
    endOutput(duplex);
    var end = channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    channel.closeFuture().addListener(closed -> end.cancel(false));
  }

  /** Shuts the sending side of {@code channel}, to which all has been written. */
  static void endOutput(DuplexChannel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      channel.shutdownOutput();
    } else {
      // Its farewell alone does not make every client close.
      tls.closeOutbound().addListener(told -> channel.shutdownOutput());
    }
  }
}
