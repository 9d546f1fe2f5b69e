package io.geminirelay.flow.accept;

import io.geminirelay.base.config.Http2Limits;
import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.exchange.LateFlushHandler;
import io.geminirelay.base.http2.FrameLimitHandler;
import io.geminirelay.base.http2.FrameWatch;
import io.geminirelay.base.http2.UnknownFramesHandler;
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
import java.util.function.Supplier;

/**
 * The pipeline of an HTTP/2 connection; each stream becomes a child channel with the same request
 * stages as an HTTP/1.1 connection. Thread safe.
 */
final class Http2Connection {
  private static final int STREAM_WINDOW_BYTES = 1 << 20;

  /** What paused uploads may hold back together before they stall their neighbours. */
  private static final int CONNECTION_WINDOW_BYTES = 16 << 20;

  /**
   * One in so many bytes of the direct memory is shared out to connections as they come: the n-th
   * gets an n-th of it, so that all together may hold back little more than ten times as much,
   * however many there are.
   */
  private static final int WINDOW_SHARE = 32;

  private static final int MAX_QUEUED_CONTROL_FRAMES = 1_000;
  private static final int MAX_EMPTY_DATA_FRAMES = 2;

  /** Of less than 8 KiB; a header that needs as many has been cut on purpose (CVE-2024-27316). */
  private static final int MAX_SMALL_CONTINUATIONS = 16;

  private final Http2Limits counts;
  private final ClientLimits limits;
  private final ClientConnections connections;
  private final Supplier<Consumer<ChannelPipeline>> stages;

  Http2Connection(
      ServerConfig config,
      ClientConnections connections,
      Supplier<Consumer<ChannelPipeline>> stages) {
    this.counts = config.http2();
    this.limits = config.limits();
    this.connections = connections;
    this.stages = stages;
  }

  /** Adds the handlers at the end of {@code pipeline}. */
  void install(ChannelPipeline pipeline) {
    int windowBytes = windowBytes();
    Http2FrameCodec codec = codec(windowBytes);
    codec.connection().addListener(new EndCounter(connections.refusals()));
    // A hint: the number itself is the event loop's.
    pipeline
        .channel()
        .attr(ClientConnections.STREAMS)
        .set(() -> codec.connection().numActiveStreams());
    FrameWatch watch =
        new FrameWatch(
            Http2CodecUtil.connectionPrefaceBuf().readableBytes(),
            counts.maxResets(),
            counts.maxControlFrames(),
            counts.window().toNanos());
    pipeline.addLast("linger", new Http2LingerHandler(codec.connection(), limits.send()));
    pipeline.addLast("frames", new FrameLimitHandler(codec, watch, limits.head().toNanos()));
    pipeline.addLast("codec", codec);
    pipeline.addLast("unknown", UnknownFramesHandler.INSTANCE);
    pipeline.addLast("stuck", new StuckStreamsHandler(codec, limits, connections.refusals()));
    KeptStreams kept = new KeptStreams(codec.connection(), counts.maxStreams());
    pipeline.addLast("streams", new Http2MultiplexHandler(new StreamInitializer(watch, kept)));
    pipeline.addLast("connection", new Http2EndHandler(codec.connection(), limits.idle()));
    // SETTINGS raise the streams' windows alone (RFC 9113 section 6.9.2).
    int more = windowBytes - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
    pipeline.writeAndFlush(
        more > 0 ? new DefaultHttp2WindowUpdateFrame(more) : Unpooled.EMPTY_BUFFER);
  }

  /** What every connection has by the protocol, or so much more that the codec tells it at once. */
  private int windowBytes() {
    long share = DirectMemory.limitBytes() / WINDOW_SHARE / Math.max(1, connections.open());
    int least = Http2CodecUtil.DEFAULT_WINDOW_SIZE;
    return share < 2L * least ? least : (int) Math.min(CONNECTION_WINDOW_BYTES, share);
  }

  private Http2FrameCodec codec(int windowBytes) {
    Http2Settings settings =
        Http2Settings.defaultSettings()
            .maxConcurrentStreams(counts.maxStreams())
            .maxHeaderListSize(limits.maxHeaderBytes());
    Http2FrameCodec codec = codec(settings);
    // Told to the client, but not to the codec, which would widen the connection's window by twice
    // as much, whatever its share is. At most a half, so that one upload that the upstream does not
    // take leaves room for its neighbours.
    settings.initialWindowSize(Math.min(STREAM_WINDOW_BYTES, windowBytes / 2));
    return codec;
  }

  private Http2FrameCodec codec(Http2Settings settings) {
    return Http2FrameCodecBuilder.forServer()
        .initialSettings(settings)
        .validateHeaders(true)
        .validateRequiredPseudoHeaders(true)
        // Both forms of rapid reset (CVE-2023-44487, CVE-2025-8671); the codec knows which resets
        // of its own the client brought about.
        .decoderEnforceMaxRstFramesPerWindow(counts.maxResets(), windowSeconds())
        .encoderEnforceMaxRstFramesPerWindow(counts.maxResets(), windowSeconds())
        .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA_FRAMES) // CVE-2019-9518
        .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
        // Answers that the client does not take (CVE-2019-9512, -9515).
        .encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES)
        // Streams are cut by ClientConnections alone, at the end of a drain.
        .gracefulShutdownTimeoutMillis(-1)
        .build();
  }

  private int windowSeconds() {
    return (int) counts.window().toSeconds();
  }

  private final class StreamInitializer extends ChannelInitializer<Channel> {
    private final FrameWatch watch;
    private final KeptStreams kept;

    StreamInitializer(FrameWatch watch, KeptStreams kept) {
      this.watch = watch;
      this.kept = kept;
    }

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    protected void initChannel(Channel stream) {
      // A stream would else take its buffers from Netty's own choice.
      stream.config().setAllocator(stream.parent().alloc());
      ChannelPipeline pipeline = stream.pipeline();
      pipeline.addLast("flush", new LateFlushHandler());
      pipeline.addLast("stream", new Http2StreamHandler(limits, watch, kept));
      pipeline.addLast("codec", StreamCodec.INSTANCE);
      pipeline.addLast("timeout", new BodyTimeoutHandler(limits));
      stages.get().accept(pipeline);
    }
  }
}
