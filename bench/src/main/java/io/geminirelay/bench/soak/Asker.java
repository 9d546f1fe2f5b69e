package io.geminirelay.bench.soak;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client that asks one request after the other: by connections of its own that it keeps, by a
 * fresh one, or by an HTTP/2 connection shared with others. One thread.
 */
final class Asker implements AutoCloseable {
  private static final int SLOW_STEP_BYTES = 128 << 10;
  private static final int SLOW_PAUSE_MILLIS = 60;
  private static final int SMALL_BUFFER_BYTES = 32 << 10;
  private static final long LONGEST_KEPT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final List<GatewayUnderSoak> gateways;
  private final SharedHttp2 shared;
  private final List<@Nullable Kept> kept = new ArrayList<>();

  Asker(List<GatewayUnderSoak> gateways, SharedHttp2 shared) {
    this.gateways = gateways;
    this.shared = shared;
    gateways.forEach(each -> kept.add(null));
  }

  /** A connection to use again, as long as the gateway surely keeps it too. */
  private record Kept(TestClient client, long sinceNanos) {
    boolean isFresh() {
      return System.nanoTime() - sinceNanos < LONGEST_KEPT_NANOS;
    }
  }

  /** What is sent. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Message(
      String method, String path, List<Header> headers, byte @Nullable [] body) {}

  /** Sends the request and notes in {@code entry} what came of it. */
  void ask(Ledger.Entry entry, SplittableRandom random) throws InterruptedException {
    String mark = Ledger.mark(entry.id);
    String body = entry.kind.body(mark, random);
    List<Header> headers =
        Header.list("authorization", "Bearer " + entry.kind.token(), "x-request-id", mark);
    if (body != null) {
      headers.add(new Header("content-type", "application/json"));
    }
    Message message =
        new Message(
            entry.kind.posts() ? "POST" : "GET",
            entry.kind.path(mark, random),
            headers,
            body == null ? null : body.getBytes(StandardCharsets.UTF_8));
    try {
      int way = random.nextInt(100);
      if (entry.kind == Kind.HALF_SENT) {
        entry.goesBy("HTTP/1.1, half");
        sendHalf(entry, message);
      } else if (way < 35) {
        entry.goesBy("HTTP/2");
        overHttp2(entry, message);
      } else if (way < 50 || entry.kind == Kind.SLOW_READER || entry.kind == Kind.LEAVER) {
        entry.goesBy("HTTP/1.1, fresh");
        overFresh(entry, message);
      } else {
        entry.goesBy("HTTP/1.1, kept");
        overKept(entry, message);
      }
    } catch (RuntimeException | AssertionError e) {
      entry.end(Ledger.Result.FAILED, 0, String.valueOf(e));
    }
  }

  private void overKept(Ledger.Entry entry, Message message) {
    // Taken out until it is known to be good for another one.
    Kept last = kept.set(entry.gateway, null);
    boolean reused = last != null && last.isFresh();
    if (last != null && !reused) {
      last.client.close();
    }
    TestClient client =
        last != null && reused ? last.client : gateways.get(entry.gateway).connect();
    Response answer;
    try {
      answer = client.exchange(message.method, message.path, message.headers, message.body);
    } catch (RuntimeException | AssertionError e) {
      client.close();
      throw e;
    }
    Verdict.judge(entry, answer);
    if (answer.whole() && !"close".equalsIgnoreCase(answer.header("connection"))) {
      kept.set(entry.gateway, new Kept(client, System.nanoTime()));
    } else {
      client.close();
    }
  }

  private void overFresh(Ledger.Entry entry, Message message) throws InterruptedException {
    GatewayUnderSoak gateway = gateways.get(entry.gateway);
    boolean slow = entry.kind == Kind.SLOW_READER && gateway.caFile() == null;
    try (TestClient client =
        slow ? TestClient.connect(gateway.port(), SMALL_BUFFER_BYTES) : gateway.connect()) {
      client.request(message.method, message.path, message.headers, message.body);
      if (entry.kind == Kind.LEAVER) {
        Reading reading = client.begin();
        if (reading.status() != 200) {
          Verdict.judge(entry, reading.response());
          return;
        }
        reading.next();
        client.abort();
        entry.end(Ledger.Result.LEFT, reading.status(), "");
      } else if (entry.kind == Kind.SLOW_READER) {
        readSlowly(entry, client.begin());
      } else {
        Verdict.judge(entry, client.read());
      }
    }
  }

  private static void readSlowly(Ledger.Entry entry, Reading reading) throws InterruptedException {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    int nextPause = SLOW_STEP_BYTES;
    for (byte[] piece = reading.next(); piece != null; piece = reading.next()) {
      all.writeBytes(piece);
      if (all.size() > nextPause) {
        nextPause += SLOW_STEP_BYTES;
        TimeUnit.MILLISECONDS.sleep(SLOW_PAUSE_MILLIS);
      }
    }
    Response rest = reading.response();
    Verdict.judge(
        entry,
        new Response(
            rest.status(), rest.headers(), all.toByteArray(), reading.whole(), rest.trailers()));
  }

  private void sendHalf(Ledger.Entry entry, Message message) {
    byte[] body = message.body == null ? new byte[0] : message.body;
    List<Header> headers = new ArrayList<>(message.headers);
    headers.add(new Header("content-length", Integer.toString(body.length)));
    try (TestClient client = gateways.get(entry.gateway).connect()) {
      client.request(
          message.method, message.path, headers, java.util.Arrays.copyOf(body, body.length / 2));
    }
    entry.end(Ledger.Result.LEFT, 0, "");
  }

  private void overHttp2(Ledger.Entry entry, Message message) throws InterruptedException {
    Http2Exchange exchange =
        shared
            .of(entry.gateway, entry.id)
            .request(message.method, message.path, message.headers, message.body);
    if (entry.kind == Kind.LEAVER) {
      byte[] first = exchange.next();
      if (first == null || exchange.status() != 200) {
        Verdict.judge(entry, exchange.response());
        return;
      }
      exchange.cancel();
      entry.end(Ledger.Result.LEFT, exchange.status(), "");
      return;
    }
    if (entry.kind == Kind.SLOW_READER) {
      exchange.stopReading();
      TimeUnit.SECONDS.sleep(1);
      exchange.goOnReading();
    }
    Verdict.judge(entry, exchange.response());
  }

  @Override
  public void close() {
    for (Kept each : kept) {
      if (each != null) {
        each.client.close();
      }
    }
  }
}
