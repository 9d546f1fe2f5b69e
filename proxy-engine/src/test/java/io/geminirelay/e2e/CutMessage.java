package io.geminirelay.e2e;

import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.EverySplit;
import io.geminirelay.testing.Header;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one HTTP/1.1 message, and where its framing lies in them. Whether it is chunked, and
 * the sizes of its chunks, follow from what it is named after.
 */
final class CutMessage {
  /** Smaller messages are cut before each byte by some seed. */
  private static final int SMALL_BYTES = 700;

  private static final int CUTS = 6;

  /** As long as a cut is far from a border by chance. */
  private static final int NEAR = 3;

  /** Time for the other side to read a piece before the next one comes. */
  private static final long PAUSE_NANOS = 20_000;

  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<Integer> borders = new ArrayList<>();

  /** Where pieces go. */
  interface Sink {
    void take(byte[] piece) throws IOException;
  }

  private CutMessage() {}

  /** A request for 127.0.0.1. */
  static CutMessage request(
      String method, String path, List<Header> headers, byte @Nullable [] body, String name) {
    List<Header> all = new ArrayList<>(headers);
    all.removeIf(header -> header.name().equalsIgnoreCase("host"));
    all.add(0, new Header("host", "127.0.0.1"));
    return new CutMessage().with(method + " " + path + " HTTP/1.1", all, body, name);
  }

  /** The recorded answer. */
  static CutMessage answer(CorpusExchange exchange) {
    String line = "HTTP/1.1 " + exchange.status() + " Recorded";
    boolean bodiless = exchange.status() == 204 || exchange.status() == 304;
    return new CutMessage()
        .with(
            line,
            exchange.responseHeaders(),
            bodiless ? null : exchange.responseBody(),
            exchange.toString());
  }

  private CutMessage with(String line, List<Header> headers, byte @Nullable [] body, String name) {
    Random random = new Random(name.hashCode());
    boolean chunked = body != null && body.length > 0 && random.nextInt(3) > 0;
    StringBuilder head = new StringBuilder(line).append("\r\n");
    for (Header header : headers) {
      if (!FRAMING.contains(header.name().toLowerCase(Locale.ROOT))) {
        head.append(header.name()).append(": ").append(header.value()).append("\r\n");
      }
    }
    if (chunked) {
      head.append("Transfer-Encoding: chunked\r\n");
    } else if (body != null) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    add(head + "\r\n");
    if (chunked) {
      for (byte[] chunk : EverySplit.randomly(body, Math.max(64, body.length / 8), random)) {
        add(Integer.toHexString(chunk.length) + "\r\n");
        add(chunk);
        add("\r\n");
      }
      add("0\r\n");
      add("\r\n");
    } else if (body != null) {
      add(body);
    }
    return this;
  }

  private void add(String text) {
    add(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void add(byte[] some) {
    borders.add(bytes.size());
    bytes.writeBytes(some);
  }

  /** Sends it in one piece for seed 0, and cut at places that follow from any other seed. */
  void send(long seed, Sink sink) throws IOException {
    byte[] all = bytes.toByteArray();
    int[] places = seed == 0 ? new int[0] : places(all, new Random(seed));
    for (byte[] piece : EverySplit.cut(all, places)) {
      sink.take(piece);
      LockSupport.parkNanos(seed == 0 ? 1 : PAUSE_NANOS);
    }
  }

  /**
   * Some anywhere, some at a border of the framing or beside it, some where two bytes belong
   * together: in an escape, a character, a line's end.
   */
  private int[] places(byte[] all, Random random) {
    Set<Integer> places = new TreeSet<>();
    if (all.length < SMALL_BYTES && random.nextInt(8) == 0) {
      for (int at = 1; at < all.length; at++) {
        places.add(at);
      }
    }
    List<Integer> pairs = new ArrayList<>();
    for (int at = 1; at < all.length; at++) {
      if (all[at - 1] == '\\' || all[at - 1] == '\r' || (all[at] & 0xc0) == 0x80) {
        pairs.add(at);
      }
    }
    for (int i = 0; i < CUTS; i++) {
      int border = borders.get(random.nextInt(borders.size()));
      int beside = border - NEAR + random.nextInt(2 * NEAR + 1);
      places.add(Math.max(1, Math.min(all.length - 1, beside)));
      places.add(1 + random.nextInt(all.length - 1));
      places.add(pairs.get(random.nextInt(pairs.size())));
    }
    return places.stream().mapToInt(Integer::intValue).toArray();
  }
}
