package io.geminirelay.flow.outbound.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.fault.FaultKind;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Http1PoolTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

  private static Destination to(RawServer server) {
    return PoolBench.plain(server.port(), UpstreamProtocol.AUTO, null);
  }

  @Test
  void oneConnectionServesRequestAfterRequest() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        RawServer server = RawServer.answering(OK)) {
      assertEquals("hi", bench.exchange(to(server)));
      assertEquals("hi", bench.exchange(to(server)));
      UpstreamLease third = bench.lease(to(server));
      assertTrue(third.reused());
      assertFalse(third.http2());
      assertEquals(1, server.accepted());
      assertFalse(bench.asks(to(server), true).get(10, TimeUnit.SECONDS).reused());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHT",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
      })
  void aConnectionThatMayNotGoOnIsNotLentAgain(String answer) throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        RawServer server = RawServer.answering(answer)) {
      assertEquals("hi", bench.exchange(to(server)));
      bench.await(() -> bench.pools.counts().idle() == 0);
      assertFalse(bench.lease(to(server)).reused());
    }
  }

  @Test
  void anIdleConnectionThatThePeerClosesLeavesThePool() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        RawServer server =
            new RawServer(
                socket -> {
                  socket.getInputStream().read(new byte[4096]);
                  RawServer.say(socket, OK);
                  socket.close();
                })) {
      bench.exchange(to(server));
      bench.await(() -> bench.pools.counts().idle() == 0);
      assertFalse(bench.lease(to(server)).reused());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 11})
  void anOldOrLongIdleConnectionIsNotLentAgain(long minutes) throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        RawServer server = RawServer.answering(OK)) {
      bench.exchange(to(server));
      bench.skip(Duration.ofMinutes(minutes));
      assertFalse(bench.lease(to(server)).reused());
    }
  }

  @Test
  void aWaiterGetsTheConnectionThatIsGivenBack() throws Exception {
    try (PoolBench bench = new PoolBench(1, 10);
        RawServer server = RawServer.answering(OK)) {
      UpstreamLease first = bench.lease(to(server));
      CompletableFuture<UpstreamLease> second = bench.asks(to(server), false);
      assertEquals("hi", bench.get(first, true).whole.get(10, TimeUnit.SECONDS));
      assertFalse(second.isDone());
      bench.loop.execute(first::giveBack);
      assertTrue(second.get(10, TimeUnit.SECONDS).reused());
      assertEquals(1, server.accepted());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi', BROKEN_ANSWER",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n', BROKEN_ANSWER",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi', BROKEN_ANSWER",
    "'HTTP/1.1 200 OK\r\nContent-', RESET_BEFORE_ANSWER",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n', BAD_ANSWER",
    "'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi', BAD_ANSWER"
  })
  void aCutOrAmbiguousAnswerIsBroken(String answer, FaultKind kind) throws Exception {
    try (PoolBench bench = new PoolBench(1, 10);
        RawServer server =
            new RawServer(
                socket -> {
                  socket.getInputStream().read(new byte[4096]);
                  RawServer.say(socket, answer);
                  socket.shutdownOutput();
                })) {
      assertEquals(kind, bench.get(bench.lease(to(server)), true).brokenBy().kind());
    }
  }

  @Test
  void anAnswerWithoutLengthEndsWithTheConnection() throws Exception {
    try (PoolBench bench = new PoolBench(1, 10);
        RawServer server =
            new RawServer(
                socket -> {
                  socket.getInputStream().read(new byte[4096]);
                  RawServer.say(socket, "HTTP/1.1 200 OK\r\n\r\nto the end");
                  socket.shutdownOutput();
                })) {
      assertEquals("to the end", bench.exchange(to(server)));
    }
  }

  @Test
  void anIdleConnectionMakesWayForOneOther() throws Exception {
    try (PoolBench bench = new PoolBench(1, 10);
        RawServer server = RawServer.answering(OK)) {
      bench.exchange(to(server));
      assertEquals(
          1,
          bench.on(
              () -> {
                bench.asks(to(server), true);
                return bench.pools.counts().connecting();
              }));
      bench.await(() -> bench.pools.counts().waiting() == 0);
      // The server counts on a thread of its own, after the client has its connection.
      bench.await(() -> server.accepted() >= 2);
      assertEquals(2, server.accepted());
    }
  }

  @Test
  void aPortWithoutServerFailsAsConnect() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (PoolBench bench = new PoolBench(1, 10)) {
      assertEquals(
          FaultKind.CONNECT,
          bench.refusal(PoolBench.plain(port, UpstreamProtocol.AUTO, null)).kind());
    }
  }

  @Test
  void aConnectionReadsNothingUntilItsOwnerAsks() throws Exception {
    try (PoolBench bench = new PoolBench(1, 10);
        RawServer server = RawServer.answering(OK)) {
      UpstreamLease lease = bench.lease(to(server));
      PoolBench.Answer answer = bench.get(lease, false);
      assertFalse(lease.channel().config().isAutoRead());
      bench.loop.execute(() -> lease.channel().read());
      assertEquals("hi", answer.whole.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void aTargetThatNeverSpeaksHttp2FailsWhoWaitsForIt() throws Exception {
    try (PoolBench bench = new PoolBench(1, 10);
        RawServer server = RawServer.answering("")) {
      Destination way = PoolBench.plain(server.port(), UpstreamProtocol.HTTP_2, null);
      assertEquals(FaultKind.CONNECT, bench.refusal(way).kind());
      bench.await(() -> bench.pools.counts().connecting() == 0);
    }
  }
}
