package io.geminirelay.flow.outbound.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.UpstreamProtocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows as the target knows them. */
class WideningHandlerTest {
  private static final int NARROW = 256 * 1024;
  private static final int WIDE = WideningHandler.MAX_WINDOW_BYTES;
  private static final int PIECE = 128 * 1024;
  private static final int STREAMS = 10;

  /** As many streams as can be as wide as can be. */
  private static final int MANY = WideningHandler.MOST_BYTES / (WIDE - NARROW);

  @TempDir private Path folder;
  private PoolBench bench;
  private TlsServer server;
  private Destination target;

  @BeforeEach
  void start() throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=localhost")
            .addSanDnsName("localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path ca = Files.writeString(folder.resolve("ca.pem"), bundle.getCertificatePEM());
    bench = new PoolBench(1, STREAMS);
    server = new TlsServer(bundle, STREAMS, "h2");
    target = PoolBench.tls("localhost", server.port(), UpstreamProtocol.AUTO, ca, null);
  }

  @AfterEach
  void stop() {
    bench.close();
    server.close();
  }

  private PoolBench.Answer ask(boolean reading) throws Exception {
    return bench.get(bench.lease(target), reading);
  }

  private static Http2FrameCodec codec(Channel stream) {
    return stream.parent().pipeline().get(Http2FrameCodec.class);
  }

  private static int window(ChannelHandlerContext stream) throws Exception {
    return stream
        .executor()
        .submit(
            () -> {
              Http2FrameCodec codec = codec(stream.channel());
              Http2RemoteFlowController windows = codec.connection().remote().flowController();
              int id = ((Http2StreamChannel) stream.channel()).stream().id();
              return windows.windowSize(codec.connection().stream(id));
            })
        .get();
  }

  private static int whole(ChannelHandlerContext stream) throws Exception {
    return stream
        .executor()
        .submit(
            () -> {
              Http2FrameCodec codec = codec(stream.channel());
              return codec
                  .connection()
                  .remote()
                  .flowController()
                  .windowSize(codec.connection().connectionStream());
            })
        .get();
  }

  /** Sends until {@code bytes} have come, so little at a time that nothing has to wait. */
  private void send(ChannelHandlerContext stream, PoolBench.Answer answer, int bytes)
      throws Exception {
    TlsServer.head(stream);
    for (int sent = PIECE; sent <= bytes; sent += PIECE) {
      int all = sent;
      TlsServer.piece(stream, PIECE, false);
      bench.await(() -> answer.length() == all);
    }
  }

  @Test
  void whatIsReadAsItComesGetsAWiderWindow() throws Exception {
    PoolBench.Answer answer = ask(true);
    ChannelHandlerContext stream = server.stream();
    assertEquals(NARROW, window(stream));
    send(stream, answer, WIDE);
    bench.await(() -> window(stream) > WIDE / 2);
    TlsServer.piece(stream, WIDE, true);
    assertEquals(2 * WIDE, answer.whole.get().length());
  }

  @Test
  void whatIsNotReadHoldsNoMoreThanItBeganWith() throws Exception {
    PoolBench.Answer unread = ask(false);
    ChannelHandlerContext stream = server.stream();
    TlsServer.answer(stream, 2 * WIDE, true);
    bench.await(() -> window(stream) == 0);
    PoolBench.Answer other = ask(true);
    TlsServer.answer(server.stream(), 2 * WIDE, true);
    assertEquals(2 * WIDE, other.whole.get().length());
    assertEquals(0, window(stream));
    assertFalse(unread.whole.isDone());
    unread.goOn();
    assertEquals(2 * WIDE, unread.whole.get().length());
  }

  @Test
  void streamsThatStopBeingReadHoldNoMoreThanThereIsToSpareAndStallNobody() throws Exception {
    List<PoolBench.Answer> stopped = new ArrayList<>();
    List<ChannelHandlerContext> streams = new ArrayList<>();
    for (int i = 0; i < MANY + 2; i++) {
      PoolBench.Answer answer = ask(true);
      ChannelHandlerContext stream = server.stream();
      send(stream, answer, WIDE);
      stopped.add(answer);
      streams.add(stream);
      answer.stop();
    }
    int before = whole(streams.get(0));
    for (ChannelHandlerContext stream : streams) {
      TlsServer.piece(stream, 2 * WIDE, false);
      bench.await(() -> window(stream) == 0);
    }
    int held = before - whole(streams.get(0));
    int most = WideningHandler.MOST_BYTES + (MANY + 2) * (NARROW + PIECE);
    assertTrue(held <= most, held + " bytes are held of " + most);
    PoolBench.Answer other = ask(true);
    ChannelHandlerContext last = server.stream();
    // More than the connection's window has beside what is held.
    TlsServer.answer(last, 5 * WIDE, true);
    assertEquals(5 * WIDE, other.whole.get().length());
    for (PoolBench.Answer answer : stopped) {
      answer.goOn();
      bench.await(() -> answer.length() == 3 * WIDE);
    }
  }

  @Test
  void theNextStreamGetsWhatAnotherGaveBack() throws Exception {
    for (int i = 0; i < MANY + 2; i++) {
      PoolBench.Answer answer = ask(true);
      ChannelHandlerContext stream = server.stream();
      send(stream, answer, WIDE);
      bench.await(() -> window(stream) > WIDE / 2);
      TlsServer.piece(stream, 1, true);
      answer.whole.get();
    }
  }
}
