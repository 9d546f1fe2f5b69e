package io.geminirelay.flow.outbound.pool;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 answers strictly: whatever two readers could take for answers of different lengths
 * is malformed, and so is what no relay could pass on.
 *
 * <p>Nearest to the socket. Knows the method of the one request in flight, since an answer to HEAD
 * has no body whatever its headers say, and tells whether bytes follow the end of an answer.
 */
final class AnswerDecoder extends HttpResponseDecoder {
  private static final int MAX_STATUS_LINE_BYTES = 16 * 1024;

  /** Generous: headers are Google's own, but they may copy request headers back. */
  private static final int MAX_HEADERS_BYTES = 256 * 1024;

  private static final int MAX_CHUNK_BYTES = 64 * 1024;

  /** Google sends some twenty; each field is an object here, and another look at every search. */
  static final int MAX_HEADER_FIELDS = 1_000;

  /**
   * An answer has at most a 100 and a few 103s before it (RFC 9110 section 15.2, RFC 8297), and a
   * client must be able to read any number: a flood of them would keep a loop at it until the first
   * byte is late.
   */
  private static final int MAX_INTERIM_ANSWERS = 32;

  private static final int STATUS_DIGITS = 3;

  private final ChunkedBody chunks = new ChunkedBody();
  private @Nullable HttpMethod method;
  private boolean chunked;
  private int interimAnswers;
  private boolean bodyForeseen;
  private boolean idle;

  AnswerDecoder() {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_STATUS_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADERS_BYTES)
            .setMaxChunkSize(MAX_CHUNK_BYTES)
            .setAllowDuplicateContentLengths(false)
            .setUseRfc9112TransferEncoding(true));
  }

  /** The next answer is to a request of {@code method}. */
  void expect(HttpMethod method) {
    this.method = method;
    this.interimAnswers = 0;
    this.bodyForeseen = false;
    this.idle = false;
  }

  /** No answer is awaited: whatever comes until the next request ends the connection. */
  void expectNothing() {
    this.idle = true;
  }

  /** Else the beginning of a head could wait here for the next client's request. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (idle) {
      ReferenceCountUtil.release(message);
      ctx.close();
    } else {
      super.channelRead(ctx, message);
    }
  }

  /**
   * Whether an answer that has no body told of one all the same, which may come when the next
   * answer is awaited.
   */
  boolean foresawBody() {
    return bodyForeseen;
  }

  /** Whether bytes have arrived that belong to no answer read so far. */
  boolean hasLeftover() {
    return actualReadableBytes() > 0;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (!chunks.isElsewhere()) {
      HttpContent piece = chunks.read(in, ctx.alloc());
      if (piece != null) {
        out.add(piece);
      }
      if (piece != null || !chunks.isElsewhere()) {
        return;
      }
    }
    chunked = false;
    super.decode(ctx, in, out);
    if (chunked && isSound(out)) {
      chunks.begin();
    }
  }

  /** Whether the head that was just read is one that a body follows. */
  private static boolean isSound(List<Object> out) {
    return !out.isEmpty()
        && out.get(out.size() - 1) instanceof HttpMessage head
        && head.decoderResult().isSuccess();
  }

  /** RFC 9112 section 4, where the codec would take signs, other lengths and controls. */
  @Override
  protected HttpMessage createMessage(String[] statusLine) {
    if (!statusLine[0].startsWith("HTTP/1.")) {
      throw new IllegalArgumentException("not a version of HTTP/1");
    }
    String code = statusLine[1];
    if (code.length() != STATUS_DIGITS || code.charAt(0) < '1' || !isNumber(code)) {
      throw new IllegalArgumentException("not a status code of three digits");
    }
    if (hasControl(statusLine[2])) {
      throw new IllegalArgumentException("a control character in the reason phrase");
    }
    return super.createMessage(statusLine);
  }

  private static boolean isNumber(String code) {
    for (int i = 0; i < code.length(); i++) {
      if (code.charAt(i) < '0' || code.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean hasControl(String reason) {
    for (int i = 0; i < reason.length(); i++) {
      char c = reason.charAt(i);
      if (c < ' ' && c != '\t' || c == 127) {
        return true;
      }
    }
    return false;
  }

  /**
   * The codec would take the first word for the name and skip the others, which makes a length of
   * {@code Content-Length of that: 5}. Before the colon there may be white space at most (RFC 9112
   * section 5.1).
   */
  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    int next = start + length;
    while (next < line.length && (line[next] == ' ' || line[next] == '\t')) {
      next++;
    }
    if (next == line.length || line[next] != ':') {
      throw new IllegalArgumentException("white space in a field name");
    }
    return super.splitHeaderName(line, start, length);
  }

  /** Asked once a head, when all of its headers are there. */
  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    HttpResponse head = (HttpResponse) message;
    checkHeaders(head.headers());
    boolean interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (interim) {
      checkInterim(head);
    }
    boolean empty =
        (!interim && HttpMethod.HEAD.equals(method)) || super.isContentAlwaysEmpty(message);
    // A broken target may send the body, and when the next client waits it is that one's answer
    // (RFC 9110 section 8.6, RFC 9112 section 6.1). HEAD and 304 may well tell of one: they are so
    // rare that a connection each is not too much for it.
    if (empty) {
      bodyForeseen |= tellsOfBody(head.headers());
    }
    chunked = !empty && HttpUtil.isTransferEncodingChunked(head);
    return empty;
  }

  private static void checkHeaders(HttpHeaders headers) {
    if (headers.size() > MAX_HEADER_FIELDS) {
      throw new IllegalArgumentException("more than " + MAX_HEADER_FIELDS + " header fields");
    }
    // No TE is sent, so nothing but chunks may come (RFC 9112 section 7); what else was applied
    // could not be undone, and a client would take it for the body itself.
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!codings.isEmpty()
        && (codings.size() > 1
            || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0).trim()))) {
      throw new IllegalArgumentException("a transfer coding other than chunked");
    }
  }

  private void checkInterim(HttpResponse head) {
    if (head.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
      // What follows would be of another protocol (RFC 9110 section 15.2.2).
      throw new IllegalArgumentException("101 where no upgrade was asked for");
    }
    if (++interimAnswers > MAX_INTERIM_ANSWERS) {
      throw new IllegalArgumentException(
          "more than " + MAX_INTERIM_ANSWERS + " interim answers before one");
    }
  }

  private static boolean tellsOfBody(HttpHeaders headers) {
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || (length != null && !length.equals("0"));
  }
}
