package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.MemoryChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What an open stream keeps in buffers: of its request only what is still to be sent. */
class OpenStreamTest {
  private static final String CONFIG =
      """
      auth: none
      server: {port: 0}
      groups:
        - name: only
          target_url: http://127.0.0.1:1
          http_version: "1.1"
          api_keys: [a-key]
      """;

  private static final String BODY =
      "{\"contents\":[{\"parts\":[{\"text\":\"" + "x".repeat(2_000) + "\"}]}]}";
  private static final String HEAD =
      "POST /v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse HTTP/1.1\r\n"
          + "host: gateway\r\ncontent-length: %d\r\n\r\n";
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  private static final String COMMENT = chunk(": nothing yet\r\n\r\n");
  private static final String FIRST_EVENT = event("first");

  private final AtomicReference<MemoryChannel> upstream = new AtomicReference<>();

  private static String chunk(String data) {
    return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
  }

  private static String event(String text) {
    return chunk(
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}}]}\r\n\r\n"
            .formatted(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String sentBy(MemoryChannel channel) {
    return new String(channel.sent(), StandardCharsets.ISO_8859_1);
  }

  private MemoryGateway gateway() {
    return new MemoryGateway(MemoryGateway.config(CONFIG), upstream::set);
  }

  @Test
  void keepsTheRequestUntilTheAnswerHoldsSomething() {
    try (MemoryGateway gateway = gateway()) {
      MemoryChannel client = gateway.connect();
      client.arrive(bytes(HEAD.formatted(BODY.length()) + BODY));
      gateway.run();
      assertTrue(sentBy(upstream.get()).endsWith(BODY));

      upstream.get().arrive(bytes(ANSWER + COMMENT));
      gateway.run();
      assertEquals("", sentBy(client));
      assertTrue(gateway.bytesHeld() >= BODY.length(), "another attempt may need it");

      upstream.get().arrive(bytes(FIRST_EVENT));
      gateway.run();
      assertTrue(sentBy(client).contains("first"));
      assertEquals(0, gateway.bytesHeld());
    }
  }

  @Test
  void sendsTheRestOfARequestWhoseAnswerHasBegun() {
    try (MemoryGateway gateway = gateway()) {
      MemoryChannel client = gateway.connect();
      String body =
          BODY.replace("\"contents\"", "\"a\":\"" + "y".repeat(90_000) + "\",\"contents\"");
      int cut = 80_000;
      client.arrive(bytes(HEAD.formatted(body.length()) + body.substring(0, cut)));
      gateway.run();
      upstream.get().arrive(bytes(ANSWER + FIRST_EVENT));
      gateway.run();
      assertTrue(sentBy(client).contains("first"));

      client.arrive(bytes(body.substring(cut)));
      gateway.run();
      assertTrue(sentBy(upstream.get()).endsWith(body));
      assertEquals(0, gateway.bytesHeld());

      upstream.get().arrive(bytes(event("last") + "0\r\n\r\n"));
      gateway.run();
      assertTrue(sentBy(client).contains("last"));
      assertEquals(1, gateway.settled().size());
    }
  }
}
