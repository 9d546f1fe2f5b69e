package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The pipeline of an HTTP/2 connection; each stream becomes a child channel with the same request
 * stages as an HTTP/1.1 connection. Thread safe.
 */
final class Http2Connection {
  private static final int MAX_STREAMS = 256;
  private static final int STREAM_WINDOW_BYTES = 1 << 20;

  /** What paused uploads may hold back together before they stall their neighbours. */
  private static final int CONNECTION_WINDOW_BYTES = 16 << 20;

  private static final int MAX_RESETS = 2 * MAX_STREAMS;
  private static final int RESET_WINDOW_SECONDS = 30;
  private static final int MAX_QUEUED_CONTROL_FRAMES = 1_000;
  private static final int MAX_EMPTY_DATA_FRAMES = 2;

  private final ClientLimits limits;
  private final Duration drain;
  private final Supplier<Consumer<ChannelPipeline>> stages;

  Http2Connection(ClientLimits limits, Duration drain, Supplier<Consumer<ChannelPipeline>> stages) {
    this.limits = limits;
    this.drain = drain;
    this.stages = stages;
  }

  /** Adds the handlers at the end of {@code pipeline}. */
  void install(ChannelPipeline pipeline) {
    Http2FrameCodec codec = codec();
    pipeline.addLast("codec", codec);
    pipeline.addLast("streams", new Http2MultiplexHandler(new StreamInitializer()));
    pipeline.addLast("connection", new Http2EndHandler(codec.connection(), limits.idle()));
    // SETTINGS raise the streams' windows alone (RFC 9113 section 6.9.2).
    pipeline.writeAndFlush(
        new DefaultHttp2WindowUpdateFrame(
            CONNECTION_WINDOW_BYTES - Http2CodecUtil.DEFAULT_WINDOW_SIZE));
  }

  private Http2FrameCodec codec() {
    return Http2FrameCodecBuilder.forServer()
        .initialSettings(
            Http2Settings.defaultSettings()
                .maxConcurrentStreams(MAX_STREAMS)
                .maxHeaderListSize(limits.maxHeaderBytes())
                .initialWindowSize(STREAM_WINDOW_BYTES))
        .validateHeaders(true)
        .validateRequiredPseudoHeaders(true)
        // Rapid reset, empty frames, settings and ping floods: CVE-2023-44487, CVE-2019-9518,
        // -9512.
        .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
        .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
        .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA_FRAMES)
        .encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES)
        .gracefulShutdownTimeoutMillis(drain.toMillis())
        .build();
  }

  private final class StreamInitializer extends ChannelInitializer<Channel> {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    protected void initChannel(Channel stream) {
      // A stream would else take its buffers from Netty's own choice.
      stream.config().setAllocator(stream.parent().alloc());
      ChannelPipeline pipeline = stream.pipeline();
      pipeline.addLast("stream", new Http2StreamHandler(limits.maxRequestLineBytes()));
      pipeline.addLast("codec", StreamCodec.INSTANCE);
      pipeline.addLast("timeout", new BodyTimeoutHandler(limits.body().toNanos()));
      stages.get().accept(pipeline);
    }
  }
}
