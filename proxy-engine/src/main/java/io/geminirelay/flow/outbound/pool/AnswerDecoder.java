package io.geminirelay.flow.outbound.pool;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 answers strictly: two lengths, or a length beside chunking, make an answer
 * malformed (RFC 9112 section 6.3).
 *
 * <p>Nearest to the socket. Knows the method of the one request in flight, since an answer to HEAD
 * has no body whatever its headers say, and tells whether bytes follow the end of an answer.
 */
final class AnswerDecoder extends HttpResponseDecoder {
  private static final int MAX_STATUS_LINE_BYTES = 16 * 1024;

  /** Generous: headers are Google's own, but they may copy request headers back. */
  private static final int MAX_HEADERS_BYTES = 256 * 1024;

  private static final int MAX_CHUNK_BYTES = 64 * 1024;

  private @Nullable HttpMethod method;

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
  }

  /** Whether bytes have arrived that belong to no answer read so far. */
  boolean hasLeftover() {
    return actualReadableBytes() > 0;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    boolean interim =
        ((HttpResponse) message).status().codeClass() == HttpStatusClass.INFORMATIONAL;
    return (!interim && HttpMethod.HEAD.equals(method)) || super.isContentAlwaysEmpty(message);
  }
}
