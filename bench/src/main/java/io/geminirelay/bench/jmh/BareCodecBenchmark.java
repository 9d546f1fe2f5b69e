package io.geminirelay.bench.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The floor under every relay figure: one HTTP/1.1 request decoded and one answer encoded by
 * Netty's codec alone. What the relay costs is what its own benchmark shows above this one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BareCodecBenchmark {

  /** Size of both bodies in bytes. */
  @Param({"1024", "65536"})
  public int bodyBytes;

  private final EmbeddedChannel channel = new EmbeddedChannel(new HttpServerCodec());
  private ByteBuf request = Unpooled.EMPTY_BUFFER;
  private ByteBuf answer = Unpooled.EMPTY_BUFFER;

  /** Writes the request and the answer's body once. */
  @Setup
  public void prepare() {
    String head =
        "POST /v1beta/models/gemini-2.5-flash:generateContent HTTP/1.1\r\n"
            + "host: localhost\r\n"
            + "content-type: application/json\r\n"
            + "x-goog-api-key: a-client-token\r\n"
            + "content-length: "
            + bodyBytes
            + "\r\n\r\n";
    request = Unpooled.directBuffer(head.length() + bodyBytes);
    request.writeCharSequence(head, StandardCharsets.US_ASCII);
    request.writeZero(bodyBytes);
    answer = Unpooled.directBuffer(bodyBytes).writeZero(bodyBytes);
  }

  /** Releases what {@link #prepare()} made. */
  @TearDown
  public void release() {
    channel.finishAndReleaseAll();
    request.release();
    answer.release();
  }

  /**
   * One request in, one answer out.
   *
   * @return bytes of the encoded answer
   */
  @Benchmark
  public int requestInAnswerOut() {
    channel.writeInbound(request.retainedDuplicate());
    for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
      ReferenceCountUtil.release(part);
    }
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.OK, answer.retainedDuplicate());
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, bodyBytes);
    channel.writeOutbound(response);
    int written = 0;
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      written += part.readableBytes();
      part.release();
    }
    return written;
  }
}
