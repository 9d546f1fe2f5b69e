package io.geminirelay.e2e;

import io.geminirelay.testing.EverySplit;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Sends requests whose bodies are cut at random, on one connection of either protocol. */
interface CorpusClient extends AutoCloseable {
  /** Target and headers of a request. */
  record Head(String path, List<Header> headers) {}

  /** One request, its body cut as the seed says, and its whole answer. */
  Response exchange(String method, Head head, byte @Nullable [] body, long seed);

  @Override
  void close();

  /** A client that speaks HTTP/1.1, or HTTP/2 with prior knowledge. */
  static CorpusClient of(String version, int port) {
    return version.equals("2") ? new Http2(TestHttp2Client.plain(port)) : new Http1(port);
  }

  private static List<byte[]> pieces(byte[] body, Random random) {
    int largest = Math.max(1 << (1 + random.nextInt(12)), body.length / 128);
    return EverySplit.randomly(body, largest, random);
  }

  /** HTTP/1.1; bodies are chunked or tell their length, as the seed decides. */
  final class Http1 implements CorpusClient {
    private final TestClient client;

    Http1(int port) {
      client = TestClient.connect(port);
    }

    @Override
    public Response exchange(String method, Head head, byte @Nullable [] body, long seed) {
      if (body == null) {
        return client.exchange(method, head.path(), head.headers(), null);
      }
      Random random = new Random(seed);
      boolean chunked = random.nextBoolean();
      List<Header> headers = new ArrayList<>(head.headers());
      headers.removeIf(header -> header.name().equalsIgnoreCase("content-length"));
      headers.add(
          chunked
              ? new Header("Transfer-Encoding", "chunked")
              : new Header("Content-Length", Integer.toString(body.length)));
      client.request(method, head.path(), headers, null);
      for (byte[] piece : pieces(body, random)) {
        if (chunked) {
          client.sendChunk(piece);
        } else {
          client.send(piece);
        }
      }
      if (chunked) {
        client.sendChunk(new byte[0]);
      }
      return client.read();
    }

    @Override
    public void close() {
      client.close();
    }
  }

  /** HTTP/2. */
  final class Http2 implements CorpusClient {
    private final TestHttp2Client client;

    Http2(TestHttp2Client client) {
      this.client = client;
    }

    @Override
    public Response exchange(String method, Head head, byte @Nullable [] body, long seed) {
      Http2Exchange exchange = client.open(method, head.path(), head.headers(), body == null);
      if (body != null) {
        pieces(body, new Random(seed)).forEach(piece -> exchange.send(piece, false));
        exchange.send(new byte[0], true);
      }
      return exchange.response();
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
