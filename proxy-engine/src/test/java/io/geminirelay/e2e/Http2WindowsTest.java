package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.RawHttp2.Frame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What HTTP/2 clients may send ahead is shared out among them: together they cannot fill the direct
 * memory, however many there are.
 */
@Timeout(90)
class Http2WindowsTest {
  private static final int MIB = 1 << 20;

  /** Less than the windows of all streams would hold. */
  private static final int MEMORY_MIB = 32;

  private static final int SHARE = MEMORY_MIB * MIB / 32;
  private static final int LEAST = 65_535;
  private static final int CONNECTIONS = 12;
  private static final int STREAMS = 2;

  /** More than the sockets between gateway and upstream take. */
  private static final int BODY = 6 * MIB;

  /** The last frame of an answer, where others tell their type. */
  private static final int END = -1;

  private static final byte[] PIECE = new byte[16_384];

  @TempDir static Path folder;
  private static final CompletableFuture<Void> GOES_ON = new CompletableFuture<>();
  private static ScriptedUpstream google;
  private static GatewayProcess gateway;

  @BeforeAll
  static void start() throws IOException {
    ServerSocket narrow = new ServerSocket();
    narrow.setReceiveBufferSize(16 << 10);
    narrow.bind(new InetSocketAddress("127.0.0.1", 0), 200);
    google = new ScriptedUpstream(narrow);
    String config =
        GatewayProcess.config("http://127.0.0.1:" + google.port())
            + "upstream: {max_replay_bytes: 65536}\n";
    gateway =
        GatewayProcess.scarce(folder, config, 4096, "-XX:MaxDirectMemorySize=" + MEMORY_MIB + "m");
  }

  @AfterAll
  static void stop() throws IOException {
    gateway.close();
    google.close();
  }

  /** A client that sends bodies as fast as its windows let it. One thread, but for the figures. */
  private static final class Uploader implements AutoCloseable {
    final AtomicLong sent = new AtomicLong();
    volatile boolean waits;
    private final RawHttp2 raw;
    private final long[] windows = new long[STREAMS];
    private final int[] left = new int[STREAMS];
    private long window = LEAST;
    private int initial = LEAST;

    /** Connects, and waits for the windows that it is given. */
    Uploader(int port) throws IOException {
      raw = RawHttp2.connect(port);
      raw.send(RawHttp2.ping());
      while (take() != RawHttp2.PING) {
        // SETTINGS and the connection's window come before.
      }
    }

    /** Takes a frame; its type, or {@link #END}. */
    private int take() {
      Frame frame = raw.next();
      assertNotNull(frame, "the connection was ended");
      ByteBuffer payload = ByteBuffer.wrap(frame.payload());
      if (frame.type() == RawHttp2.WINDOW_UPDATE) {
        if (frame.stream() == 0) {
          window += payload.getInt();
        } else {
          windows[frame.stream() / 2] += payload.getInt();
        }
      } else if (frame.type() == RawHttp2.SETTINGS) {
        while (payload.hasRemaining()) {
          int id = payload.getShort();
          int value = payload.getInt();
          initial = id == 4 ? value : initial;
        }
        if (frame.flags() == 0) {
          raw.send(RawHttp2.frame(RawHttp2.SETTINGS, RawHttp2.ACK, 0, new byte[0]));
        }
      } else if (frame.type() == RawHttp2.HEADERS) {
        assertEquals("200", String.valueOf(raw.fields(frame).status()));
      } else {
        assertFalse(frame.type() == RawHttp2.RST_STREAM, "a stream was reset");
      }
      return frame.ends() ? END : frame.type();
    }

    void begin(int number) {
      for (int i = 0; i < STREAMS; i++) {
        String marker = "early-" + number + "-" + i;
        google.on(
            marker,
            wire -> {
              GOES_ON.join();
              wire.body("content-length: " + BODY);
              wire.say(ScriptedUpstream.good(marker, false));
            });
        raw.send(
            RawHttp2.headers(
                1 + 2 * i,
                false,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/v1beta/cachedContents",
                ":authority",
                "127.0.0.1",
                "x-marker",
                marker,
                "content-length",
                "" + BODY));
        windows[i] = initial;
        left[i] = BODY;
      }
    }

    /** Sends all and takes all answers. */
    void finish() {
      for (int answers = 0; answers < STREAMS; ) {
        for (int i = 0; i < STREAMS; i++) {
          send(i);
        }
        waits = true;
        answers += take() == END ? 1 : 0;
        waits = false;
      }
    }

    private void send(int i) {
      while (left[i] > 0 && window > 0 && windows[i] > 0) {
        int size = (int) Math.min(Math.min(left[i], PIECE.length), Math.min(window, windows[i]));
        left[i] -= size;
        window -= size;
        windows[i] -= size;
        byte[] piece = size == PIECE.length ? PIECE : new byte[size];
        int flags = left[i] == 0 ? RawHttp2.END_STREAM : 0;
        assertTrue(raw.send(RawHttp2.frame(RawHttp2.DATA, flags, 1 + 2 * i, piece)));
        sent.addAndGet(size);
      }
    }

    @Override
    public void close() {
      raw.close();
    }
  }

  private static List<Uploader> connect(int many) throws IOException {
    int port = gateway.port();
    List<Uploader> all = new ArrayList<>();
    for (int i = 1; i <= many; i++) {
      Uploader next = new Uploader(port);
      all.add(next);
      // Others may be open beside them.
      assertTrue(next.window <= Math.max(LEAST, SHARE / i), i + ": " + next.window);
      assertTrue(next.window >= LEAST, i + ": " + next.window);
      assertTrue(next.initial <= next.window / 2, "one stream may fill it: " + next.initial);
    }
    return all;
  }

  @Test
  void getsSmallerWithEachConnectionThatIsOpen() throws IOException {
    awaitWideWindow();
    connect(2 * CONNECTIONS).forEach(Uploader::close);
    awaitWideWindow();
  }

  private static void awaitWideWindow() {
    Rig.await(
        () -> {
          try (Uploader alone = new Uploader(gateway.port())) {
            return alone.window > SHARE / 2;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        },
        "a wide window for one who is alone");
  }

  @Test
  void holdsUploadsBackThatTheUpstreamDoesNotTake() throws Exception {
    List<Uploader> all = connect(CONNECTIONS);
    List<CompletableFuture<Void>> runs = new ArrayList<>();
    for (Uploader each : all) {
      each.begin(all.indexOf(each));
      CompletableFuture<Void> run = new CompletableFuture<>();
      runs.add(run);
      Thread thread =
          new Thread(
              () -> {
                try {
                  each.finish();
                  run.complete(null);
                } catch (Throwable e) {
                  run.completeExceptionally(e);
                }
              });
      thread.setDaemon(true);
      thread.start();
    }
    standstill(all, runs);
    Scrape held = Scrape.of(gateway.port());
    long bytes = (long) held.value("gemini_relay_direct_memory_bytes");
    assertTrue(sent(all) < (long) CONNECTIONS * STREAMS * BODY, "nothing holds them back");
    assertTrue(bytes < MEMORY_MIB * MIB / 2, bytes / MIB + " MiB");
    assertEquals(0, held.value("gemini_relay_load_level"));
    GOES_ON.complete(null);
    for (CompletableFuture<Void> run : runs) {
      run.get(60, TimeUnit.SECONDS);
    }
    all.forEach(Uploader::close);
    assertEquals(0, Scrape.of(gateway.port()).sum("gemini_relay_requests_shed_total"));
    assertFalse(gateway.log().contains("OutOf"), gateway::log);
  }

  private static long sent(List<Uploader> all) {
    return all.stream().mapToLong(each -> each.sent.get()).sum();
  }

  /** Waits until no window has been open for a quarter of a second. */
  private static void standstill(List<Uploader> all, List<CompletableFuture<Void>> runs) {
    long last = 0;
    for (int quiet = 0; quiet < 25; quiet++) {
      LockSupport.parkNanos(10_000_000);
      runs.stream().filter(CompletableFuture::isDone).forEach(CompletableFuture::join);
      long now = sent(all);
      quiet = now == last && all.stream().allMatch(each -> each.waits) ? quiet : 0;
      last = now;
    }
  }
}
