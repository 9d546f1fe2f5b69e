package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.exchange.LateFlushHandler;
import io.geminirelay.base.http2.FrameLimitHandler;
import io.geminirelay.base.http2.FrameWatch;
import io.geminirelay.base.http2.UnknownFramesHandler;
import io.geminirelay.flow.relay.ResponseHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection (RFC 9113): each lease is a stream, as many at once as both sides allow.
 *
 * <p>It takes streams from the peer's first SETTINGS until GOAWAY, its lifetime's end or its close;
 * streams under way then finish, and the last one closes it. The connection's receive window has
 * room for the full window of every stream, so an unread stream never stalls its neighbours. Those
 * that are read get wider ones.
 */
final class Http2Connection {
  private static final int STREAM_WINDOW_BYTES = 256 * 1024;
  private static final int CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;
  private static final int MAX_HEADERS_BYTES = 256 * 1024;

  // A target that serves many requests may refuse many at once; no good one does this.
  private static final int MAX_RESETS = 5_000;
  private static final int MAX_CONTROL_FRAMES = 5_000;
  private static final long COUNT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int MAX_QUEUED_CONTROL_FRAMES = 5_000;
  private static final int MAX_EMPTY_DATA_FRAMES = 10;
  private static final int MAX_SMALL_CONTINUATIONS = 16;

  private enum State {
    STARTING,
    TAKING,
    DRAINING,
    CLOSED
  }

  final Channel channel;
  private final DestinationPool pool;
  private final int ownLimit;
  private final long bornNanos;
  private final Http2StreamChannelBootstrap streams;
  private final FrameWatch watch = new FrameWatch(0, MAX_RESETS, MAX_CONTROL_FRAMES, COUNT_NANOS);
  private final SilenceCheck silence;
  private State state = State.STARTING;
  private int peerLimit = Integer.MAX_VALUE;
  private int open;
  private boolean served;
  private long askedBeforeUse;
  long idleSinceNanos;

  Http2Connection(DestinationPool pool, Channel channel, int maxStreams, boolean tls) {
    this.pool = pool;
    this.channel = channel;
    this.ownLimit = maxStreams;
    this.bornNanos = pool.nanoTime();
    this.idleSinceNanos = bornNanos;
    this.silence = new SilenceCheck(channel, watch, pool.answerLimit().toNanos());
    this.streams =
        new Http2StreamChannelBootstrap(channel)
            .option(ChannelOption.AUTO_READ, false)
            .handler(new StreamInstaller(tls));
  }

  /**
   * Begins to speak HTTP/2; the pool hears when the peer has answered in time, or the channel
   * closed.
   */
  void start() {
    Duration limit = pool.answerLimit();
    Http2FrameCodec codec = codec();
    channel
        .pipeline()
        .addLast(
            new FrameLimitHandler(codec, watch, limit.toNanos()),
            codec,
            UnknownFramesHandler.INSTANCE,
            new ClosedStreamsHandler(),
            new WideningHandler(codec.connection(), pool.spare()),
            new Http2MultiplexHandler(new RefuseHandler()),
            new EventsHandler());
    channel.write(new DefaultHttp2WindowUpdateFrame(connectionWindow()));
    channel.closeFuture().addListener(done -> onClosed());
    // Streams are held back one by one through their windows; the connection itself always reads.
    channel.config().setAutoRead(true);
    channel.flush();
    Future<?> clock =
        channel.eventLoop().schedule(this::closeIfSilent, limit.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(done -> clock.cancel(false));
  }

  private static Http2FrameCodec codec() {
    return Http2FrameCodecBuilder.forClient()
        .initialSettings(
            Http2Settings.defaultSettings()
                .pushEnabled(false)
                .maxConcurrentStreams(0)
                .initialWindowSize(STREAM_WINDOW_BYTES)
                .maxHeaderListSize(MAX_HEADERS_BYTES))
        .maxReservedStreams(0)
        .validateHeaders(true)
        .validateRequiredPseudoHeaders(true)
        .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA_FRAMES)
        .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
        .encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES)
        // The watch counts those that come; those that go are requests that nobody wants any more.
        .decoderEnforceMaxRstFramesPerWindow(0, 1)
        .encoderEnforceMaxRstFramesPerWindow(0, 1)
        .build();
  }

  private void closeIfSilent() {
    if (state == State.STARTING) {
      channel.close();
    }
  }

  private int connectionWindow() {
    long narrow = Math.max(CONNECTION_WINDOW_BYTES, (long) ownLimit * STREAM_WINDOW_BYTES);
    // Room is told of once half of it was read: what is unread must fit into the other half.
    long whole = 2 * (narrow + WideningHandler.MOST_BYTES);
    return (int) Math.min(whole, Integer.MAX_VALUE) - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
  }

  /** Whether one more stream fits. */
  boolean hasRoom() {
    return state == State.TAKING && channel.isActive() && open < Math.min(ownLimit, peerLimit);
  }

  /**
   * Whether the request with this number was made before the connection's first use. All requests
   * that lost their connection together thus share the next one.
   */
  boolean isFreshFor(long number) {
    return !served || number <= askedBeforeUse;
  }

  int open() {
    return open;
  }

  long ageNanos(long nowNanos) {
    return nowNanos - bornNanos;
  }

  /**
   * Opens a stream; null if the connection turned out to take none.
   *
   * @param asked number of the latest request made to the pool
   */
  @Nullable UpstreamLease lend(long asked) {
    Future<Http2StreamChannel> opening = streams.open();
    if (!opening.isSuccess()) {
      drain();
      return null;
    }
    Http2StreamChannel stream = opening.getNow();
    open++;
    stream.closeFuture().addListener(done -> onStreamClosed());
    Lease lease = new Lease(stream, silence, served);
    if (!served) {
      served = true;
      askedBeforeUse = asked;
    }
    return lease;
  }

  private void onStreamClosed() {
    open--;
    if (open == 0) {
      idleSinceNanos = pool.nanoTime();
    }
    closeIfDone();
    pool.streamEnded(this);
  }

  /** Takes no more streams; closes when the last one under way has ended. */
  void drain() {
    if (state != State.CLOSED) {
      state = State.DRAINING;
      pool.drained(this);
      closeIfDone();
    }
  }

  private void closeIfDone() {
    if (state == State.DRAINING && open == 0) {
      channel.close();
    }
  }

  private void onSettings(Http2Settings settings) {
    Long limit = settings.maxConcurrentStreams();
    if (limit != null) {
      peerLimit = (int) Math.min(limit, Integer.MAX_VALUE);
    }
    if (state == State.STARTING) {
      state = State.TAKING;
      pool.ready(this);
    } else {
      pool.streamEnded(this);
    }
  }

  /** Whether the peer gave this reason for an end and is asked by HTTP/1.1 from now on. */
  private boolean turns(long errorCode) {
    return errorCode == Http2Error.HTTP_1_1_REQUIRED.code() && pool.oldIsRequired();
  }

  private void onClosed() {
    boolean started = state != State.STARTING;
    state = State.CLOSED;
    pool.closed(this, started);
  }

  /** What the connection itself receives, after the streams' frames have gone their way. */
  private final class EventsHandler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (message instanceof Http2SettingsFrame frame) {
          onSettings(frame.settings());
        } else if (message instanceof Http2GoAwayFrame last) {
          turns(last.errorCode());
          drain();
        } else if (message instanceof Http2PingFrame ping && ping.ack()) {
          silence.answered();
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      // A connection error; the codec has sent GOAWAY where it could, the streams hear of the
      // close.
      ctx.close();
    }
  }

  /** Push is switched off, so a stream that the peer opens is refused. */
  private static final class RefuseHandler extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      ctx.close();
    }
  }

  /** Makes a stream's pipeline. */
  private final class StreamInstaller extends ChannelInboundHandlerAdapter {
    private final boolean tls;
    private final ChannelInboundHandlerAdapter reasons = new ReasonHandler();

    StreamInstaller(boolean tls) {
      this.tls = tls;
    }

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      ctx.channel().config().setAllocator(ctx.channel().parent().alloc());
      ctx.pipeline()
          .addLast(
              new LateFlushHandler(), new FirstWriteHandler(), new StreamCodec(tls, watch), reasons)
          .addLast(new ResponseHandler())
          .remove(this);
    }
  }

  /** Takes a stream for refused whose target wants to be asked by HTTP/1.1, and can be. */
  private final class ReasonHandler extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      boolean turns = event instanceof Http2ResetFrame reset && turns(reset.errorCode());
      if (event instanceof Http2GoAwayFrame last) {
        // Before what is left out asks for another connection.
        turns(last.errorCode());
      }
      ctx.fireUserEventTriggered(
          turns ? new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM) : event);
    }
  }

  private static final class Lease implements UpstreamLease {
    private final Channel stream;
    private final ResponseHandler responses;
    private final SilenceCheck silence;
    private final int readsBefore;
    private final boolean reused;

    Lease(Channel stream, SilenceCheck silence, boolean reused) {
      this.stream = stream;
      this.responses = stream.pipeline().get(ResponseHandler.class);
      this.silence = silence;
      this.readsBefore = silence.reads();
      this.reused = reused;
    }

    @Override
    public Channel channel() {
      return stream;
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
      return true;
    }

    @Override
    public void giveBack() {
      // Does nothing more where both sides have ended the stream; otherwise it must be reset.
      responses.detach();
      stream.close();
    }

    @Override
    public void discard() {
      responses.detach();
      silence.onDiscard(readsBefore);
      stream.close();
    }
  }
}
