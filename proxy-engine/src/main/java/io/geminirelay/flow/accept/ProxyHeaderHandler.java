package io.geminirelay.flow.accept;

import static io.geminirelay.flow.accept.ClientConnections.GRACE_SECONDS;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the PROXY header of a new connection (HAProxy's PROXY protocol, version 1 or 2), then
 * lets the rest of the pipeline be built and leaves a {@link PeerHandler} in its own place.
 *
 * <p>Place: at the head of a connection from a trusted proxy, behind Netty's decoder of the header
 * and before TLS. A header that is broken, missing or too late closes the connection, as the
 * specification wants it: what would follow has no address. The command {@code LOCAL}, by which a
 * proxy speaks for itself, leaves the socket's own address; a client without an Internet address is
 * a hidden one. Where all are to end, a header that comes in time is still read, and what follows
 * is told. Keeps the timer and whether that is so. Event loop only.
 */
final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {
  private final Consumer<ChannelPipeline> rest;
  private final Duration patience;
  private @Nullable Future<?> timeout;
  private boolean draining;

  private ProxyHeaderHandler(Consumer<ChannelPipeline> rest, Duration patience) {
    this.rest = rest;
    this.patience = patience;
  }

  /**
   * Adds what is needed at the end of {@code pipeline}.
   *
   * @param rest builds what follows, once the header was read
   * @param patience time for the whole header
   */
  static void install(ChannelPipeline pipeline, Consumer<ChannelPipeline> rest, Duration patience) {
    pipeline.addLast("proxy-line", new ProxyLineHandler());
    pipeline.addLast("proxy-header", new HAProxyMessageDecoder());
    pipeline.addLast("proxy", new ProxyHeaderHandler(rest, patience));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    timeout = ctx.executor().schedule(() -> ctx.close(), patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancel();
  }

  private void cancel() {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HAProxyMessage header) {
        begin(ctx, header);
      }
      // Anything else follows a broken header: the connection is being closed.
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HAProxyMessage header) {
    ChannelPipeline pipeline = ctx.pipeline();
    rest.accept(pipeline);
    if (draining) {
      ctx.fireUserEventTriggered(ClientConnections.DRAIN);
    }
    if (header.command() == HAProxyCommand.LOCAL) {
      pipeline.remove(this);
    } else {
      String source = header.sourceAddress();
      InetAddress client = source == null ? null : NodeAddress.literal(source);
      pipeline.replace(this, PeerHandler.NAME, new PeerHandler(client, overTls(header)));
    }
  }

  private static boolean overTls(HAProxyMessage header) {
    return header.tlvs().stream()
        .anyMatch(tlv -> tlv instanceof HAProxySSLTLV tls && tls.isPP2ClientSSL());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ClientConnections.DRAIN) {
      draining = true;
      cancel();
      timeout = ctx.executor().schedule(() -> ctx.close(), GRACE_SECONDS, TimeUnit.SECONDS);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
