package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.MemoryGateway;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.testing.MemoryChannel;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One client connection to a gateway in memory, in front of an upstream that answers every whole
 * request at once: what was forwarded, what came back, and that nothing is left behind.
 */
final class ClientRun {
  static final String KEY = "AIzaFuzzKeyThatNobodyMaySee000000000001";

  /** Longer than any end lingers, and shorter than any patience. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}(-[0-9a-f]{16})?");
  private static final String JSON =
      "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%d\"}]}}]}";

  private final List<String> forwarded = new ArrayList<>();
  private final List<String> exchanges = new ArrayList<>();
  private final MemoryGateway gateway;

  private ClientRun(EngineConfig config) {
    this.gateway = new MemoryGateway(config, this::serve);
  }

  /** A gateway with narrow limits; {@code server} are more settings of its section. */
  static EngineConfig config(String server, String group) {
    return config(server, group, "");
  }

  /** The same with more settings of the section {@code upstream}, too. */
  static EngineConfig config(String server, String group, String upstream) {
    return MemoryGateway.config(
        """
        auth: none
        server: {port: 0, limits: {request_line_bytes: 512, header_bytes: 2KiB, body_bytes: 4KiB}%s}
        upstream: {max_replay_bytes: 1024%s}
        groups: [{name: g, target_url: "http://127.0.0.1:9", %s api_keys: [%s]}]
        """
            .formatted(server, upstream, group, KEY));
  }

  private void serve(MemoryChannel upstream) {
    StrictRequests requests = new StrictRequests();
    upstream.listen(
        () -> {
          requests.sent(upstream.sent());
          for (String next = requests.next(); next != null; next = requests.next()) {
            forwarded.add(next);
            String json = JSON.formatted(forwarded.size());
            String answer =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-goog-api-key: %s\r\ncontent-length: %d\r\n\r\n%s"
                    .formatted(KEY, json.length(), json);
            upstream.arrive(answer.getBytes(StandardCharsets.ISO_8859_1));
          }
        });
  }

  /** What the gateway makes of a connection with these pieces. */
  static List<Object> of(EngineConfig config, Cuts.Pieces pieces) {
    return new ClientRun(config).run(pieces);
  }

  private List<Object> run(Cuts.Pieces pieces) {
    MemoryChannel client = gateway.connect();
    pieces.feed(
        (buf, from, to) -> {
          client.arrive(ByteBufUtil.getBytes(buf, from, to - from));
          gateway.run();
        });
    gateway.advance(LINGER);
    boolean ended = client.ended();
    client.arriveEnd();
    gateway.run();
    gateway.close();
    gateway
        .settled()
        .forEach(each -> exchanges.add(each.status() + " " + each.outcome() + " " + each.fault()));
    assertEquals(0, gateway.inFlight(), "exchanges that never end");
    assertEquals(0, gateway.bytesHeld(), "bytes that nobody gave back");
    String answers = new String(client.sent(), StandardCharsets.ISO_8859_1);
    assertFalse(answers.contains(KEY), answers);
    return List.of(forwarded, ID.matcher(answers).replaceAll("ID"), ended, exchanges);
  }
}
