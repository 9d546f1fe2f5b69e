package io.geminirelay.base.http2;

import static io.geminirelay.testing.RawHttp2.PREFACE;
import static io.geminirelay.testing.RawHttp2.headers;
import static io.geminirelay.testing.RawHttp2.join;
import static io.geminirelay.testing.RawHttp2.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.testing.RawHttp2;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The codec gets what comes before the frame that is too many, and nothing of what follows it. */
class FrameLimitHandlerTest {
  private static final int MAX_SETTINGS = 2;
  private static final byte[] BEGIN = join(PREFACE, settings());
  private static final byte[] ALLOWED = join(BEGIN, settings());
  private static final List<String> BOTH = List.of("SETTINGS", "SETTINGS");

  private static byte[] get(int stream) {
    return headers(
        stream, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
  }

  private static Arguments row(String name, List<String> seen, byte[]... reads) {
    return Arguments.of(name, seen, reads);
  }

  static Stream<Arguments> cuts() {
    byte[] excess = join(settings(), get(3));
    List<String> withRequest = List.of("SETTINGS", "SETTINGS", "1");
    Stream<Arguments> rows =
        Stream.of(
            row("first in a read", BOTH, ALLOWED, excess),
            row("last in a read", BOTH, join(ALLOWED, settings())),
            row(
                "after a request in the read",
                withRequest,
                BEGIN,
                join(settings(), get(1), excess)),
            row("all in one read", withRequest, join(ALLOWED, get(1), excess)));
    return Stream.concat(
        rows,
        IntStream.range(1, settings().length)
            .mapToObj(
                at ->
                    row(
                        "cut after " + at + " bytes of its head",
                        withRequest,
                        join(ALLOWED, get(1), Arrays.copyOf(excess, at)),
                        Arrays.copyOfRange(excess, at, excess.length))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cuts")
  void cutsAtTheFrameThatIsTooMany(String name, List<String> seen, byte[][] reads) {
    Http2FrameCodec codec = Http2FrameCodecBuilder.forServer().build();
    FrameWatch watch = new FrameWatch(PREFACE.length, 9, MAX_SETTINGS, Long.MAX_VALUE);
    EmbeddedChannel channel =
        new EmbeddedChannel(new FrameLimitHandler(codec, watch, Long.MAX_VALUE), codec);
    for (byte[] read : reads) {
      ByteBuf bytes = Unpooled.wrappedBuffer(read);
      if (channel.isOpen()) {
        tryWrite(channel, bytes);
      } else {
        bytes.release();
      }
    }
    assertEquals(seen, frames(channel));
    assertEquals(Http2Error.ENHANCE_YOUR_CALM, goAway(channel));
    assertFalse(channel.isOpen());
    channel.finishAndReleaseAll();
  }

  /** The error that ends the connection comes by at the pipeline's end, too. */
  private static void tryWrite(EmbeddedChannel channel, ByteBuf bytes) {
    try {
      channel.writeInbound(bytes);
    } catch (Exception e) {
      Http2Exception error = Assertions.assertInstanceOf(Http2Exception.class, e);
      assertEquals(Http2Error.ENHANCE_YOUR_CALM, error.error());
    }
  }

  private static List<String> frames(EmbeddedChannel channel) {
    List<String> seen = new ArrayList<>();
    for (Object next = channel.readInbound(); next != null; next = channel.readInbound()) {
      if (next instanceof Http2HeadersFrame frame) {
        seen.add("" + frame.stream().id());
      } else if (next instanceof Http2Frame frame) {
        seen.add(frame.name());
      }
      ReferenceCountUtil.release(next);
    }
    return seen;
  }

  private static Http2Error goAway(EmbeddedChannel channel) {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      all.writeBytes(next);
      next.release();
    }
    while (all.isReadable()) {
      int length = all.readUnsignedMedium();
      int type = all.readUnsignedByte();
      all.skipBytes(5);
      if (type == RawHttp2.GOAWAY) {
        return Http2Error.valueOf(all.getUnsignedInt(all.readerIndex() + 4));
      }
      all.skipBytes(length);
    }
    throw new AssertionError("no GOAWAY");
  }
}
