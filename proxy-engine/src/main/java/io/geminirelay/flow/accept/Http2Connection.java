package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.load.DirectMemory;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
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

  /**
   * One in so many bytes of the direct memory is shared out to connections as they come: the n-th
   * gets an n-th of it, so that all together may hold back little more than ten times as much,
   * however many there are.
   */
  private static final int WINDOW_SHARE = 32;

  private static final int MAX_RESETS = 2 * MAX_STREAMS;
  private static final int RESET_WINDOW_SECONDS = 30;
  private static final int MAX_QUEUED_CONTROL_FRAMES = 1_000;
  private static final int MAX_EMPTY_DATA_FRAMES = 2;

  private final ClientLimits limits;
  private final Supplier<Consumer<ChannelPipeline>> stages;
  private final IntSupplier connections;

  /** For connections by {@code limits}; {@code connections} says how many are open. */
  Http2Connection(
      ClientLimits limits, Supplier<Consumer<ChannelPipeline>> stages, IntSupplier connections) {
    this.connections = connections;
    this.limits = limits;
    this.stages = stages;
  }

  /** Adds the handlers at the end of {@code pipeline}. */
  void install(ChannelPipeline pipeline) {
    Http2FrameCodec codec = codec();
    pipeline.addLast("codec", codec);
    pipeline.addLast("streams", new Http2MultiplexHandler(new StreamInitializer()));
    pipeline.addLast("connection", new Http2EndHandler(codec.connection(), limits.idle()));
    // SETTINGS raise the streams' windows alone (RFC 9113 section 6.9.2).
    int more = windowBytes() - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
    pipeline.writeAndFlush(
        more > 0 ? new DefaultHttp2WindowUpdateFrame(more) : Unpooled.EMPTY_BUFFER);
  }

  private int windowBytes() {
    long share = DirectMemory.limitBytes() / WINDOW_SHARE / Math.max(1, connections.getAsInt());
    return (int) Math.min(CONNECTION_WINDOW_BYTES, share);
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
        // Streams are cut by ClientConnections alone, at the end of a drain.
        .gracefulShutdownTimeoutMillis(-1)
        .build();
  }

  private final class StreamInitializer extends ChannelInitializer<Channel> {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    protected void initChannel(Channel stream) {
      ChannelPipeline pipeline = stream.pipeline();
      pipeline.addLast("stream", new Http2StreamHandler(limits.maxRequestLineBytes()));
      pipeline.addLast("codec", StreamCodec.INSTANCE);
      pipeline.addLast("timeout", new BodyTimeoutHandler(limits.body().toNanos()));
      stages.get().accept(pipeline);
    }
  }
}
