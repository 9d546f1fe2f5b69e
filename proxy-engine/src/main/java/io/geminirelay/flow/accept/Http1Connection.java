package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.exchange.LateFlushHandler;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The pipeline of an HTTP/1.1 connection: codec, time limits, one request at a time, then the
 * request stages, which live as long as the connection. Thread safe.
 */
final class Http1Connection {
  private final ClientLimits limits;
  private final Supplier<Consumer<ChannelPipeline>> stages;

  Http1Connection(ClientLimits limits, Supplier<Consumer<ChannelPipeline>> stages) {
    this.limits = limits;
    this.stages = stages;
  }

  /** Adds the handlers at the end of {@code pipeline}. */
  void install(ChannelPipeline pipeline) {
    RequestClock clock =
        new RequestClock(pipeline.channel().eventLoop().ticker(), Pace.ofBody(limits));
    StrictRequestDecoder decoder = new StrictRequestDecoder(limits, clock);
    Http1Codec codec = new Http1Codec(decoder);
    pipeline.addLast("flush", new LateFlushHandler());
    pipeline.addLast("codec", codec);
    pipeline.addLast("timeout", new HeadTimeoutHandler(decoder, clock, limits));
    pipeline.addLast("one-at-a-time", new OneAtATimeHandler(codec));
    pipeline.addLast("stages", new StagesHandler(stages));
  }
}
