package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.MemoryGateway;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.testing.MemoryChannel;
import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.RawHttp2.Frame;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One HTTP/2 client connection to a gateway in memory. The upstream, in HTTP/1.1, answers only when
 * all of the input is there, so that no answer depends on when a piece comes.
 */
final class Http2ClientRun {
  private static final Duration LINGER = Duration.ofSeconds(5);
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}(-[0-9a-f]{16})?");

  /** PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR. */
  private static final Set<Integer> CLIENTS_FAULT = Set.of(1, 3, 5, 6);

  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
          .getBytes(StandardCharsets.ISO_8859_1);

  private final List<String> forwarded = new ArrayList<>();
  private final List<MemoryChannel> asked = new ArrayList<>();
  private final MemoryGateway gateway;
  private boolean answering;

  private Http2ClientRun(EngineConfig config) {
    this.gateway = new MemoryGateway(config, this::serve);
  }

  private void serve(MemoryChannel upstream) {
    StrictRequests requests = new StrictRequests();
    upstream.listen(
        () -> {
          requests.sent(upstream.sent());
          for (String next = requests.next(); next != null; next = requests.next()) {
            forwarded.add(next);
            if (answering) {
              upstream.arrive(ANSWER);
            } else {
              asked.add(upstream);
            }
          }
        });
  }

  /**
   * What the gateway makes of a connection with these pieces.
   *
   * @param timeless whether the outcome of each stream has to follow from the bytes alone; else
   *     nothing is told, and only held to what always has to hold
   */
  static List<Object> of(EngineConfig config, boolean timeless, Cuts.Pieces pieces) {
    List<Object> outcome = new Http2ClientRun(config).run(pieces);
    return timeless ? outcome : List.of();
  }

  private List<Object> run(Cuts.Pieces pieces) {
    MemoryChannel client = gateway.connect();
    client.arrive(RawHttp2.join(RawHttp2.PREFACE, RawHttp2.settings()));
    gateway.run();
    pieces.feed(
        (buf, from, to) -> {
          client.arrive(ByteBufUtil.getBytes(buf, from, to - from));
          gateway.run();
        });
    answering = true;
    asked.forEach(upstream -> upstream.arrive(ANSWER));
    gateway.advance(LINGER);
    client.arriveEnd();
    gateway.run();
    gateway.close();
    assertEquals(0, gateway.inFlight(), "exchanges that never end");
    assertEquals(0, gateway.bytesHeld(), "bytes that nobody gave back");
    return outcome(client.sent());
  }

  private List<Object> outcome(byte[] sent) {
    DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    Http2Frames frames = new Http2Frames(sent, 0);
    TreeMap<Integer, String> streams = new TreeMap<>();
    Set<Integer> ended = new HashSet<>();
    for (Frame next = frames.next(); next != null; next = frames.next()) {
      String words = words(decoder, next);
      assertFalse(words.contains(ClientRun.KEY), words);
      if (next.type() == RawHttp2.GOAWAY && next.payload()[7] != 0) {
        // What else was said before depends on how far it had come.
        return List.of("goaway " + next.payload()[7]);
      }
      if (next.type() == RawHttp2.RST_STREAM && CLIENTS_FAULT.contains((int) next.payload()[3])) {
        // The same of one stream: its answer may have been on the way, or whole.
        streams.put(next.stream(), words);
      } else if (!words.isEmpty() && !ended.contains(next.stream())) {
        streams.merge(next.stream(), words, String::concat);
      }
      if (next.ends() || next.type() == RawHttp2.RST_STREAM) {
        ended.add(next.stream());
      }
    }
    assertFalse(frames.isCut(), "a frame that has no end");
    return List.of(streams, forwarded.stream().sorted().toList());
  }

  private static String words(DefaultHttp2HeadersDecoder decoder, Frame frame) {
    return switch (frame.type()) {
      case RawHttp2.HEADERS -> {
        try {
          String fields =
              decoder
                  .decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()))
                  .toString();
          yield ID.matcher(fields).replaceAll("ID");
        } catch (Http2Exception e) {
          throw new AssertionError(e);
        }
      }
      case RawHttp2.DATA ->
          ID.matcher(new String(frame.payload(), StandardCharsets.ISO_8859_1)).replaceAll("ID");
      case RawHttp2.RST_STREAM -> "reset " + frame.payload()[3];
      default -> "";
    };
  }
}
