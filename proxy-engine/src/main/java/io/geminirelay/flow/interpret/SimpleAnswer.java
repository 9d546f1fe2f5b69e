package io.geminirelay.flow.interpret;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultBody;
import io.geminirelay.base.exchange.LocalAnswer;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.JsonScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the one answer of {@code POST /gemini-proxy} from Google's: reads it as it comes, keeps the
 * text of a success or the body of an error, and writes {@code {"result":"OK","data":{…}}} or
 * {@code {"result":"Failed","errors":[…]}} at the end.
 *
 * <p>Owns what it keeps until {@link #release()}. Used on the client's event loop.
 */
final class SimpleAnswer {
  /** The longest answer of a model that is read; nearly all of it can be text. */
  static final long MAX_BYTES = 32L << 20;

  /** Beyond this an error body says nothing more that matters. */
  private static final int MAX_ERROR_BYTES = 64 * 1024;

  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] BEFORE_TEXT = ascii("{\"result\":\"OK\",\"data\":{\"response\":\"");
  private static final byte[] BEFORE_MODEL = ascii("\",\"model\":\"");
  private static final byte[] BEFORE_TIME = ascii("\",\"time\":");
  private static final byte[] END = ascii("}}");

  private final ByteBufAllocator alloc;
  private final Exchange exchange;
  private final TimeSource time;
  private @Nullable HttpResponse head;
  // Owner: this object.
  private @Nullable Success success;
  // Owner: this object, until released.
  private @Nullable ByteBuf errorBody;
  private long seenBytes;

  /** What reads a success; its parts hold memory. */
  private record Success(TextJoiner text, AnswerReader reader, JsonScanner scanner) {
    void release() {
      scanner.release();
      text.release();
    }
  }

  SimpleAnswer(ByteBufAllocator alloc, Exchange exchange, TimeSource time) {
    this.alloc = alloc;
    this.exchange = exchange;
    this.time = time;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The head of Google's answer. */
  void head(HttpResponse head) {
    this.head = head;
    if (head.status().equals(HttpResponseStatus.OK)) {
      TextJoiner text = new TextJoiner(alloc);
      AnswerReader reader = new AnswerReader(text, () -> {});
      success = new Success(text, reader, new JsonScanner(reader));
    }
  }

  /** The next bytes of Google's answer. Borrows. */
  void look(ByteBuf piece) {
    seenBytes += piece.readableBytes();
    if (success != null && !isTooLong()) {
      success.scanner().look(piece, piece.readerIndex(), piece.writerIndex());
    } else if (success == null) {
      ByteBuf kept = errorBody == null ? alloc.buffer() : errorBody;
      errorBody = kept;
      int room = Math.min(MAX_ERROR_BYTES - kept.readableBytes(), piece.readableBytes());
      kept.writeBytes(piece, piece.readerIndex(), room);
    }
  }

  /** Whether it is longer than is served. */
  boolean isTooLong() {
    return seenBytes > MAX_BYTES;
  }

  /** The answer to the client, now that Google's is whole; the caller owns it. */
  FullHttpResponse give() {
    SimpleFailure failure = failure();
    return failure == null ? served() : failed(failure);
  }

  private @Nullable SimpleFailure failure() {
    Success read = success;
    if (read == null) {
      int status = head == null ? 0 : head.status().code();
      ByteBuf body = errorBody == null ? Unpooled.EMPTY_BUFFER : errorBody;
      SimpleFailure told = SimpleFailure.of(status, GoogleError.read(body), exchange.ownKey());
      boolean error = status >= HttpResponseStatus.BAD_REQUEST.code();
      return error ? told : blamed(FaultKind.BAD_ANSWER, told);
    }
    boolean whole = read.scanner().finish() && read.reader().atRest();
    AnswerFindings found = read.reader().findings();
    if (found.failed()) {
      SimpleFailure told = SimpleFailure.within(found, exchange.ownKey());
      return blamed(FaultKind.BROKEN_ANSWER, told);
    }
    if (!whole) {
      return blamed(
          FaultKind.BAD_ANSWER,
          SimpleFailure.upstream(
              "unreadable_answer", "Google's answer is not the JSON that was expected."));
    }
    SimpleFailure told = SimpleFailure.of(found, read.text().length() > 0);
    if (told != null && told.status().equals(HttpResponseStatus.BAD_GATEWAY)) {
      return blamed(FaultKind.EMPTY_ANSWER, told);
    }
    return told;
  }

  /** An answer that is no answer is a fault; an error of Google's, or a block, is what it says. */
  private SimpleFailure blamed(FaultKind kind, SimpleFailure failure) {
    exchange.failed(Fault.of(kind, failure.reason()));
    return failure;
  }

  private FullHttpResponse served() {
    byte[] model = JsonStringEncoder.getInstance().quoteAsUTF8(exchange.model());
    long spent = TimeUnit.NANOSECONDS.toMillis(time.nanoTime() - exchange.startNanos());
    byte[] millis = ascii(Long.toString(spent));
    ByteBuf after =
        alloc
            .buffer(BEFORE_MODEL.length + model.length + BEFORE_TIME.length + millis.length + 2)
            .writeBytes(BEFORE_MODEL)
            .writeBytes(model)
            .writeBytes(BEFORE_TIME)
            .writeBytes(millis)
            .writeBytes(END);
    TextJoiner text = success == null ? new TextJoiner(alloc) : success.text();
    CompositeByteBuf body = alloc.compositeBuffer(Math.max(16, text.blocks() + 2));
    body.addComponent(true, alloc.buffer(BEFORE_TEXT.length).writeBytes(BEFORE_TEXT));
    text.giveTo(body, 0);
    body.addComponent(true, after);
    return LocalAnswer.json(exchange, HttpResponseStatus.OK, body);
  }

  private FullHttpResponse failed(SimpleFailure failure) {
    ByteBuf body = alloc.buffer();
    try (JsonGenerator out = JSON.createGenerator((OutputStream) new ByteBufOutputStream(body))) {
      out.writeStartObject();
      FaultBody.writeSimple(out, exchange, failure.code(), failure.reason(), failure.message());
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    ByteBuf clean = Redaction.take(body, alloc, exchange.keyInUse());
    FullHttpResponse answer = LocalAnswer.json(exchange, failure.status(), clean);
    String told = head == null ? null : head.headers().get(HttpHeaderNames.RETRY_AFTER);
    if (told != null) {
      answer.headers().set(HttpHeaderNames.RETRY_AFTER, told);
    } else if (failure.retryAfterSeconds() >= 0) {
      answer.headers().set(HttpHeaderNames.RETRY_AFTER, failure.retryAfterSeconds());
    }
    return answer;
  }

  /** Lets go of everything. */
  void release() {
    if (success != null) {
      success.release();
      success = null;
    }
    if (errorBody != null) {
      errorBody.release();
      errorBody = null;
    }
  }
}
