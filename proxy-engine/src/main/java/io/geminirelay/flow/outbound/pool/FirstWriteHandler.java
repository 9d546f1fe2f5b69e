package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Reports a stream that could not even be opened, because the connection went away or stopped
 * taking streams in between, as not processed: nothing of it was sent.
 *
 * <p>First in an HTTP/2 stream's pipeline but for what flushes it; leaves it with the first write.
 */
final class FirstWriteHandler extends ChannelOutboundHandlerAdapter {

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    ChannelPromise observed = promise.unvoid();
    observed.addListener(
        done -> {
          if (!done.isSuccess() && done.cause() != null) {
            ctx.fireExceptionCaught(
                new FaultException(
                    Fault.of(
                        FaultKind.NOT_PROCESSED,
                        "the connection took no more streams",
                        done.cause())));
          }
        });
    ctx.write(message, observed);
    ctx.pipeline().remove(this);
  }
}
