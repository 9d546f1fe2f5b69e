package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.exchange.ReadGate;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Decodes one request at a time and refuses every form that two parsers could read in two ways.
 *
 * <p>A head goes to Netty's parser only when {@link HeadScanner} has seen all of it; what the
 * parser makes of it has to keep {@link RequestRules}. After the end of a request nothing is
 * decoded until {@link #next()}: what a client pipelines waits here as bytes, with {@link
 * ReadGate.Reason#PIPELINED} from {@value #MAX_WAITING_BYTES} bytes on until half of them is left,
 * or all of it is a part of one request. A refused request comes out as a head, or a last content,
 * whose decoder result holds a {@link FaultException}; all bytes after it are dropped unread. Event
 * loop only.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
  /** Bytes of later requests that may wait before reading stops. */
  static final int MAX_WAITING_BYTES = 64 * 1024;

  private static final int MAX_CHUNK_BYTES = 1 << 20;

  private final HeadScanner scanner;
  private final RequestClock clock;
  private final ChunkWatch chunks = new ChunkWatch();
  private State state = State.START;
  private boolean answersHead;
  private boolean chunked;
  private boolean paused;
  private int waiting;

  StrictRequestDecoder(ClientLimits limits, RequestClock clock) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.maxRequestLineBytes())
            .setMaxHeaderSize(limits.maxHeaderBytes())
            .setMaxChunkSize(MAX_CHUNK_BYTES)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
    this.scanner =
        new HeadScanner(
            limits.maxRequestLineBytes(), limits.maxHeaderBytes(), limits.maxHeaderFields());
    this.clock = clock;
  }

  /** Whether the request in flight is HEAD, whose answer has no body. */
  boolean answersHead() {
    return answersHead;
  }

  /** Whether bytes of a later request wait. */
  boolean hasWaiting() {
    return waiting > 0;
  }

  /** Whether not even the first byte of a request has come. */
  boolean isIdle() {
    return waiting == 0 && clock.phase() == RequestClock.Phase.IDLE;
  }

  /** Lets the next request be decoded, from the bytes that come or those that wait. */
  void next() {
    if (state == State.WAITING) {
      state = State.START;
      clock.enter(RequestClock.Phase.IDLE);
    }
  }

  /** Drops all bytes from now on. */
  void refuseRest() {
    state = State.REFUSING;
    clock.enter(RequestClock.Phase.ANSWERING);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    int left = in.readableBytes();
    int made = out.size();
    switch (state) {
      case START, HEAD -> decodeHead(ctx, in, out);
      case BODY -> decodeBody(ctx, in, out);
      case WAITING -> hold(ctx, in);
      case REFUSING -> in.skipBytes(in.readableBytes());
    }
    if (paused) {
      boolean stuck = out.size() == made && in.readableBytes() == left;
      boolean lacksMore = state != State.WAITING && stuck;
      readOn(ctx, lacksMore || in.readableBytes() < MAX_WAITING_BYTES / 2);
    }
  }

  // Each time that reading goes on may bring another read, however soon it is stopped: if it went
  // on for each request, more would come than is answered.
  private void readOn(ChannelHandlerContext ctx, boolean wanted) {
    if (wanted) {
      paused = false;
      ReadGate.of(ctx.channel()).resume(ReadGate.Reason.PIPELINED);
    }
  }

  /**
   * Asks for nothing, as Netty's does where nothing was decoded: who stopped reading lets it go on.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    discardSomeReadBytes();
    ctx.fireChannelReadComplete();
  }

  // A client that has gone gets no answer: what it left unfinished is dropped, not reported.
  @Override
  protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    in.skipBytes(in.readableBytes());
  }

  private void hold(ChannelHandlerContext ctx, ByteBuf in) {
    waiting = in.readableBytes();
    if (waiting >= MAX_WAITING_BYTES) {
      paused = true;
      ReadGate.of(ctx.channel()).pause(ReadGate.Reason.PIPELINED);
    }
  }

  private void decodeHead(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws Exception {
    boolean atOnce = state == State.START && clock.phase() != RequestClock.Phase.HEAD;
    if (state == State.START && !begin(in)) {
      return;
    }
    int length;
    try {
      length = scanner.look(in);
    } catch (FaultException e) {
      out.add(refused(e.fault()));
      in.skipBytes(in.readableBytes());
      return;
    }
    if (length < 0) {
      return;
    }
    scanner.reset();
    state = State.BODY;
    int start = in.readerIndex();
    int end = in.writerIndex();
    // The parser must see this head alone: after a refusal it would go on with the next bytes.
    in.writerIndex(start + length);
    try {
      super.decode(ctx, in, out);
    } finally {
      in.writerIndex(end);
    }
    if (checkHead(in, start, length, out)) {
      chunks.reset();
      if (atOnce) {
        clock.goOn(RequestClock.Phase.BODY);
      } else {
        clock.enter(RequestClock.Phase.BODY);
      }
    }
  }

  private boolean begin(ByteBuf in) {
    waiting = 0;
    if (clock.phase() != RequestClock.Phase.HEAD) {
      clock.enter(RequestClock.Phase.HEAD);
    }
    // One empty line before a request is tolerated (RFC 9112 section 2.2).
    if (in.getByte(in.readerIndex()) == '\r') {
      if (in.readableBytes() < 2) {
        return false;
      }
      if (in.getByte(in.readerIndex() + 1) == '\n') {
        in.skipBytes(2);
      }
    }
    state = State.HEAD;
    return in.isReadable();
  }

  /** Whether a body follows. */
  private boolean checkHead(ByteBuf in, int start, int length, List<Object> out) {
    if (out.isEmpty() || !(out.get(0) instanceof HttpRequest request)) {
      throw new IllegalStateException("a whole head made no request");
    }
    answersHead = request.method().equals(HttpMethod.HEAD);
    try {
      if (request.decoderResult().isFailure()) {
        throw new FaultException(
            FramingFaults.of(request.decoderResult(), BrokenRule.of(in, start, length)));
      }
      RequestRules.check(request);
    } catch (FaultException e) {
      in.skipBytes(in.readableBytes());
      out.forEach(ReferenceCountUtil::release);
      out.clear();
      out.add(refused(request, e));
      return false;
    }
    if (out.size() > 1) {
      ended();
      return false;
    }
    chunked = HttpUtil.isTransferEncodingChunked(request);
    return true;
  }

  private void decodeBody(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws Exception {
    int before = out.size();
    int start = in.readerIndex();
    super.decode(ctx, in, out);
    // What the parser refuses it skips, and has no chunks in it.
    boolean broken = out.size() > before && isFailure(out.get(out.size() - 1));
    if (chunked && !broken && chunks.seesFold(in, start, in.readerIndex())) {
      refuseFold(in, before, out);
      return;
    }
    for (int i = before; i < out.size(); i++) {
      HttpContent content = (HttpContent) out.get(i);
      if (content.decoderResult().isFailure()) {
        in.skipBytes(in.readableBytes());
        brokenBody(content);
        refuseRest();
      } else if (content instanceof LastHttpContent) {
        ended();
      } else {
        clock.tookBody(content.content().readableBytes());
      }
    }
  }

  private static boolean isFailure(Object part) {
    return ((HttpObject) part).decoderResult().isFailure();
  }

  private void refuseFold(ByteBuf in, int before, List<Object> out) {
    in.skipBytes(in.readableBytes());
    List<Object> read = out.subList(before, out.size());
    read.forEach(ReferenceCountUtil::release);
    read.clear();
    out.add(brokenOff(Fault.of(FaultKind.BAD_FRAMING, "a trailer line begins with a blank")));
  }

  // A line of a chunk or a trailer that is too long is bad framing, not a long request line.
  private static void brokenBody(HttpObject content) {
    Throwable cause = content.decoderResult().cause();
    Fault fault = Fault.of(FaultKind.BAD_FRAMING, "the request body is not well-formed", cause);
    content.setDecoderResult(DecoderResult.failure(new FaultException(fault)));
  }

  private void ended() {
    state = State.WAITING;
    clock.enter(RequestClock.Phase.ANSWERING);
  }

  /** A request that never came whole, with the fault that ended it; drops all bytes from now on. */
  HttpRequest refused(Fault fault) {
    answersHead = false;
    String target = scanner.target(internalBuffer());
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
    return refused(request, new FaultException(fault));
  }

  private HttpRequest refused(HttpRequest request, FaultException fault) {
    refuseRest();
    HttpRequest head =
        new DefaultHttpRequest(
            request.protocolVersion(), request.method(), request.uri(), request.headers());
    head.setDecoderResult(DecoderResult.failure(fault));
    return head;
  }

  /** The end of a body that did not come in time; drops all bytes from now on. */
  LastHttpContent brokenOff(Fault fault) {
    refuseRest();
    LastHttpContent last = new DefaultLastHttpContent();
    last.setDecoderResult(DecoderResult.failure(new FaultException(fault)));
    return last;
  }

  private enum State {
    /** Before the first byte of a request; next: HEAD, REFUSING. */
    START,
    /** Within a head; next: BODY, WAITING, REFUSING. */
    HEAD,
    /** Within a body; next: WAITING, REFUSING. */
    BODY,
    /** The request is whole and its answer is not; next: START, REFUSING. */
    WAITING,
    /** Nothing more is read. */
    REFUSING
  }
}
