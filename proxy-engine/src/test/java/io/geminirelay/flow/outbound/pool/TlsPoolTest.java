package io.geminirelay.flow.outbound.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsPoolTest {
  private static final int MORE_THAN_A_STREAM_WINDOW = 1024 * 1024;

  @TempDir static Path folder;
  private static Path ca;
  private static X509Bundle certificate;

  @BeforeAll
  static void issue() throws Exception {
    X509Bundle root =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=test root")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    certificate =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .buildIssuedBy(root);
    ca = Files.writeString(folder.resolve("ca.pem"), root.getCertificatePEM());
  }

  private static Destination to(TlsServer server) {
    return PoolBench.tls("localhost", server.port(), UpstreamProtocol.AUTO, ca, null);
  }

  private static TlsServer both() throws Exception {
    return new TlsServer(certificate, 100, "h2", "http/1.1");
  }

  @Test
  void aTargetThatSpeaksHttp1OnlyGetsIt() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = new TlsServer(certificate, 100, "http/1.1")) {
      assertEquals("one", bench.exchange(to(server)));
      assertEquals("one", bench.exchange(to(server)));
      assertEquals(1, server.accepted.get());
    }
  }

  @Test
  void http1IsSpokenWhereConfiguredThoughTheTargetOffersMore() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = both()) {
      assertEquals(
          "one",
          bench.exchange(
              PoolBench.tls("localhost", server.port(), UpstreamProtocol.HTTP_1_1, ca, null)));
    }
  }

  @Test
  void waitersShareTheTrialConnectionWhenItIsHttp2() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = both()) {
      CompletableFuture<UpstreamLease> one = bench.asks(to(server), false);
      CompletableFuture<UpstreamLease> two = bench.asks(to(server), false);
      assertTrue(one.get(10, TimeUnit.SECONDS).http2());
      assertTrue(two.get(10, TimeUnit.SECONDS).http2());
      PoolBench.Answer answer = bench.get(one.get(), true);
      TlsServer.answer(server.stream(), 5, true);
      assertEquals(5, answer.whole.get(10, TimeUnit.SECONDS).length());
      assertNull(answer.head.get().headers().get("x-http2-stream-id"));
      assertEquals(1, server.accepted.get());
    }
  }

  @Test
  void resentRequestsShareOneFreshConnectionAndHoldUpNobody() throws Exception {
    try (PoolBench bench = new PoolBench(60, 100);
        TlsServer server = both()) {
      UpstreamLease old = bench.lease(to(server));
      List<CompletableFuture<UpstreamLease>> fresh = new ArrayList<>();
      UpstreamLease other =
          bench.on(
              () -> {
                for (int i = 0; i < 50; i++) {
                  fresh.add(bench.asks(to(server), true));
                }
                return bench.asks(to(server), false).getNow(null);
              });
      assertSame(old.channel().parent(), other.channel().parent());
      Channel shared = fresh.get(0).get(10, TimeUnit.SECONDS).channel().parent();
      assertNotSame(old.channel().parent(), shared);
      for (CompletableFuture<UpstreamLease> each : fresh) {
        assertSame(shared, each.get(10, TimeUnit.SECONDS).channel().parent());
      }
      assertEquals(2, server.accepted.get());
      // Who asks after its first stream cannot know that it still works.
      UpstreamLease later = bench.asks(to(server), true).get(10, TimeUnit.SECONDS);
      assertNotSame(shared, later.channel().parent());
    }
  }

  @Test
  void requestsOfAKilledConnectionShareTheNextOne() throws Exception {
    try (PoolBench bench = new PoolBench(60, 100);
        TlsServer server = both()) {
      List<PoolBench.Answer> killed = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        killed.add(bench.get(bench.lease(to(server)), true));
      }
      List<CompletableFuture<UpstreamLease>> fresh = new CopyOnWriteArrayList<>();
      for (PoolBench.Answer each : killed) {
        each.whole.whenComplete((text, problem) -> fresh.add(bench.asks(to(server), true)));
      }
      server.stream().channel().parent().close();
      bench.await(() -> fresh.size() == killed.size());
      for (CompletableFuture<UpstreamLease> each : fresh) {
        each.get(10, TimeUnit.SECONDS);
      }
      assertEquals(2, server.accepted.get());
    }
  }

  @Test
  void thePeersStreamLimitOpensAnotherConnection() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = new TlsServer(certificate, 1, "h2")) {
      bench.get(bench.lease(to(server)), true);
      bench.get(bench.lease(to(server)), true);
      server.stream();
      server.stream();
      assertEquals(2, server.accepted.get());
    }
  }

  @Test
  void discardResetsItsOwnStreamOnly() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = both()) {
      UpstreamLease one = bench.lease(to(server));
      bench.get(one, true);
      server.stream();
      PoolBench.Answer other = bench.get(bench.lease(to(server)), true);
      bench.loop.execute(one::discard);
      assertEquals(Http2Error.CANCEL.code(), server.resets.poll(10, TimeUnit.SECONDS));
      TlsServer.answer(server.stream(), 3, true);
      assertEquals(3, other.whole.get(10, TimeUnit.SECONDS).length());
      assertEquals(1, server.accepted.get());
    }
  }

  @Test
  void goAwayFailsWhatWasNotTakenLetsTheRestFinishAndOpensAnew() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = both()) {
      PoolBench.Answer taken = bench.get(bench.lease(to(server)), true);
      final ChannelHandlerContext first = server.stream();
      PoolBench.Answer untaken = bench.get(bench.lease(to(server)), true);
      server.stream();
      // Of the two streams, 3 and 5, only the first was taken.
      Http2FrameCodec codec = first.channel().parent().pipeline().get(Http2FrameCodec.class);
      ChannelHandlerContext connection = first.channel().parent().pipeline().context(codec);
      connection
          .executor()
          .execute(
              () -> {
                codec
                    .encoder()
                    .writeGoAway(connection, 3, 0, Unpooled.EMPTY_BUFFER, connection.newPromise());
                connection.flush();
              });
      assertEquals(FaultKind.NOT_PROCESSED, untaken.brokenBy().kind());
      UpstreamLease next = bench.lease(to(server));
      assertFalse(next.reused());
      TlsServer.answer(first, 4, true);
      assertEquals(4, taken.whole.get(10, TimeUnit.SECONDS).length());
      assertEquals(2, server.accepted.get());
    }
  }

  @Test
  void anUnreadStreamStopsItsSenderButNotItsNeighbours() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = both()) {
      UpstreamLease slow = bench.lease(to(server));
      PoolBench.Answer unread = bench.get(slow, false);
      ChannelHandlerContext stream = server.stream();
      TlsServer.answer(stream, MORE_THAN_A_STREAM_WINDOW, true);
      PoolBench.Answer other = bench.get(bench.lease(to(server)), true);
      TlsServer.answer(server.stream(), MORE_THAN_A_STREAM_WINDOW, true);
      assertEquals(MORE_THAN_A_STREAM_WINDOW, other.whole.get(10, TimeUnit.SECONDS).length());
      assertFalse(unread.whole.isDone());
      assertTrue(stream.channel().isOpen(), "its end must not have been sent");
      bench.loop.execute(() -> slow.channel().config().setAutoRead(true));
      assertEquals(MORE_THAN_A_STREAM_WINDOW, unread.whole.get(10, TimeUnit.SECONDS).length());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "http/1.1"})
  void aSecondConnectionResumesTheSessionOfTheFirst(String protocol) throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = new TlsServer(certificate, 100, protocol)) {
      bench.afresh(to(server), server);
      bench.afresh(to(server), server);
      assertEquals(List.of("new", "resumed"), server.hellos);
    }
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = both()) {
      assertEquals(
          FaultKind.TLS,
          bench
              .refusal(PoolBench.tls("127.0.0.1", server.port(), UpstreamProtocol.AUTO, ca, null))
              .kind());
      assertTrue(server.streams.isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource(UpstreamProtocol.class)
  void aCertificateOfAnUnknownAuthorityIsRefused(UpstreamProtocol protocol) throws Exception {
    try (PoolBench bench = new PoolBench(4, 10);
        TlsServer server = both()) {
      assertEquals(
          FaultKind.TLS,
          bench.refusal(PoolBench.tls("localhost", server.port(), protocol, null, null)).kind());
    }
  }
}
