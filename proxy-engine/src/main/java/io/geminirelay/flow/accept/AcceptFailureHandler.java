package io.geminirelay.flow.accept;

import io.geminirelay.base.exchange.TimeSource;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that connections could not be accepted, for want of a file descriptor for example: seldom,
 * as it is tried again each second for as long as it lasts. Those who connect wait in the backlog.
 *
 * <p>Last in a listener's pipeline, behind Netty's own acceptor, which has stopped reading for that
 * second. Keeps when it last spoke. Event loop only.
 */
final class AcceptFailureHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AcceptFailureHandler.class);
  private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private boolean spoken;
  private long spokenNanos;

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    long now = TimeSource.SYSTEM.nanoTime();
    if (!spoken || now - spokenNanos > SILENCE_NANOS) {
      spoken = true;
      spokenNanos = now;
      LOG.warn("connections cannot be accepted, and are tried again each second: {}", "" + cause);
    }
  }
}
