package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.exchange.LateFlushHandler;
import io.geminirelay.flow.relay.ResponseHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestEncoder;

/**
 * One HTTP/1.1 connection: lent for one exchange at a time, idle in between. The pool hears of its
 * end through the channel's close future.
 */
final class Http1Connection {
  final Channel channel;
  private final DestinationPool pool;
  private final ResponseHandler responses = new ResponseHandler();
  private final AnswerDecoder decoder = new AnswerDecoder();
  private final ReuseHandler reuse = new ReuseHandler(decoder);
  private final long bornNanos;
  long idleSinceNanos;
  private int served;

  Http1Connection(DestinationPool pool, Channel channel, long nowNanos) {
    this.pool = pool;
    this.channel = channel;
    this.bornNanos = nowNanos;
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(new LateFlushHandler(), decoder, new HttpRequestEncoder(), reuse, responses);
    channel.closeFuture().addListener(done -> pool.closed(this));
  }

  /** Age since the connection was opened. */
  long ageNanos(long nowNanos) {
    return nowNanos - bornNanos;
  }

  /** Whether it is open and silent, as an idle connection must be. */
  boolean usable() {
    return channel.isActive() && !decoder.hasLeftover();
  }

  UpstreamLease lend() {
    return new Lease(served++ > 0);
  }

  private final class Lease implements UpstreamLease {
    private final boolean reused;
    private boolean ended;

    Lease(boolean reused) {
      this.reused = reused;
    }

    @Override
    public Channel channel() {
      return channel;
    }

    @Override
    public ResponseHandler responses() {
      return responses;
    }

    @Override
    public boolean reused() {
      return reused;
    }

    @Override
    public boolean http2() {
      return false;
    }

    @Override
    public void giveBack() {
      end(true);
    }

    @Override
    public void discard() {
      end(false);
    }

    private void end(boolean whole) {
      if (ended) {
        return;
      }
      ended = true;
      responses.detach();
      if (whole && channel.isActive() && reuse.mayReuse()) {
        // The owner may have turned it on; an idle connection listens for its end only.
        channel.config().setAutoRead(false);
        decoder.expectNothing();
        pool.returned(Http1Connection.this);
      } else {
        channel.close();
      }
    }
  }
}
