package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.MemoryGateway;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.testing.MemoryChannel;
import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.RawHttp2.Frame;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One request to a gateway in memory whose upstream answers with given bytes, cut in pieces, and
 * then another client's request: what the first client got and how it ended, and that the second
 * got nothing of it.
 */
final class UpstreamRun {
  private static final String MODEL = "/v1beta/models/gemini-2.5-flash:";
  private static final String NATIVE = "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}";
  private static final String CHAT =
      "{\"model\":\"gemini-2.5-flash\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  /** Target and body of a request of each kind. */
  private static final String[][] ROUTES = {
    {MODEL + "streamGenerateContent?alt=sse", NATIVE},
    {MODEL + "generateContent", NATIVE},
    {MODEL + "streamGenerateContent", NATIVE},
    {"/v1/chat/completions", CHAT.formatted("true")},
    {"/v1/chat/completions", CHAT.formatted("false")},
    {"/generate", "{\"model\":\"gemini-2.5-flash\",\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}"},
    {"/gemini-proxy", "{\"prompt\":\"x\"}"}
  };

  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}(-[0-9a-f]{16})?");
  private static final Pattern REST = Pattern.compile("(?i)retry-after: [0-9]+\r\n");
  private static final String SECOND = "{\"second\":\"only for the second client\"}";
  private static final Duration PATIENCE = Duration.ofMinutes(20);

  private final MemoryGateway gateway;
  private final List<MemoryChannel> asked = new ArrayList<>();

  private UpstreamRun(EngineConfig config, boolean http2) {
    this.gateway = new MemoryGateway(config, http2 ? this::serveHttp2 : this::serve);
  }

  private void serveHttp2(MemoryChannel upstream) {
    Http2Frames frames = new Http2Frames(new byte[0], RawHttp2.PREFACE.length);
    upstream.arrive(RawHttp2.settings());
    upstream.listen(
        () -> {
          frames.grown(upstream.sent());
          for (Frame next = frames.next(); next != null; next = frames.next()) {
            if (next.ends()) {
              asked.add(upstream);
              if (asked.size() > 1) {
                upstream.arrive(answer(next.stream(), SECOND));
              }
            }
          }
        });
  }

  private static byte[] answer(int stream, String json) {
    return RawHttp2.join(
        RawHttp2.headers(
            stream,
            false,
            ":status",
            "200",
            "content-type",
            "application/json",
            "content-length",
            String.valueOf(json.length())),
        RawHttp2.data(stream, json, true));
  }

  private void serve(MemoryChannel upstream) {
    StrictRequests requests = new StrictRequests();
    upstream.listen(
        () -> {
          requests.sent(upstream.sent());
          for (String next = requests.next(); next != null; next = requests.next()) {
            asked.add(upstream);
            if (asked.size() > 1) {
              upstream.arrive(answer("200 OK", SECOND));
            }
          }
        });
  }

  private static byte[] answer(String status, String json) {
    return ("HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            .formatted(status, json.length(), json))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * What the gateway makes of an answer.
   *
   * @param kind chooses the route, and in its highest bit whether the upstream closes at the end
   */
  static List<Object> of(EngineConfig config, byte kind, Cuts.Pieces pieces) {
    return new UpstreamRun(config, false).run(kind, pieces);
  }

  /**
   * The same with an upstream that speaks HTTP/2.
   *
   * @param cut whether the answer ends amid a frame; then the upstream closes, as what it would say
   *     next were a part of that frame
   */
  static List<Object> overHttp2(EngineConfig config, byte kind, boolean cut, Cuts.Pieces pieces) {
    byte closing = (byte) (cut ? kind | 0x80 : kind);
    return new UpstreamRun(config, true).run(closing, pieces);
  }

  private List<Object> run(byte kind, Cuts.Pieces pieces) {
    String[] route = ROUTES[(kind & 0x7f) % ROUTES.length];
    MemoryChannel client = gateway.connect();
    ask(client, route[0], route[1]);
    assertEquals(1, asked.size(), "the request has to reach the upstream");
    MemoryChannel upstream = asked.get(0);
    pieces.feed(
        (buf, from, to) -> {
          upstream.arrive(ByteBufUtil.getBytes(buf, from, to - from));
          gateway.run();
        });
    if (kind < 0) {
      upstream.arriveEnd();
      gateway.run();
    }
    gateway.advance(PATIENCE);
    String first = text(client);
    boolean whole = !client.ended() && AnswerText.isWhole(first);
    MemoryChannel other = gateway.connect();
    ask(other, MODEL + "generateContent", NATIVE);
    gateway.advance(PATIENCE);
    checkSecond(text(other));
    client.arriveEnd();
    gateway.run();
    gateway.close();
    assertEquals(0, gateway.inFlight(), "exchanges that never end");
    assertEquals(0, gateway.bytesHeld(), "bytes that nobody gave back");
    var settled = gateway.settled().get(0);
    // The body of a success is the upstream's own, which passes unread.
    String scrubbed = settled.status() < 400 ? AnswerText.head(first) : first;
    assertFalse(scrubbed.contains(ClientRun.KEY), first);
    return List.of(
        REST.matcher(ID.matcher(AnswerText.plain(first)).replaceAll("ID")).replaceAll(""),
        whole,
        settled.status() + " " + settled.outcome() + " " + settled.fault());
  }

  private static String text(MemoryChannel client) {
    return new String(client.sent(), StandardCharsets.ISO_8859_1);
  }

  private void ask(MemoryChannel client, String target, String body) {
    String request =
        "POST %s HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            .formatted(target, body.length(), body);
    client.arrive(request.getBytes(StandardCharsets.ISO_8859_1));
    gateway.run();
  }

  /** The second client's own answer, or one of the gateway itself. */
  private static void checkSecond(String answer) {
    boolean own = answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.endsWith("\r\n\r\n" + SECOND);
    boolean refused = answer.matches("(?s)HTTP/1\\.1 [45]\\d\\d .*\"error\".*");
    assertTrue(own || refused, answer);
  }
}
