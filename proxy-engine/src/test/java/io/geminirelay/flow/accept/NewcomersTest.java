package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.load.Load;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who has just connected when all are to end is not cut off before the last request. */
class NewcomersTest {
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private final List<Object> told = new ArrayList<>();
  private final List<Object> heads = new ArrayList<>();

  private final class Told extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      told.add(event);
    }
  }

  /** Answers nothing. */
  private final class Heads extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof HttpRequest) {
        heads.add(message);
      }
      ReferenceCountUtil.release(message);
    }
  }

  private EmbeddedChannel channel() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime(); // else the time that the test takes is added to that which it lets pass
    channels.add(channel);
    return channel;
  }

  @AfterEach
  void close() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
  }

  private EmbeddedChannel proxied() {
    EmbeddedChannel channel = channel();
    ProxyHeaderHandler.install(
        channel.pipeline(), pipeline -> pipeline.addLast(new Told()), Duration.ofSeconds(30));
    return channel;
  }

  private static void drain(EmbeddedChannel channel) {
    channel.pipeline().fireUserEventTriggered(ClientConnections.DRAIN);
  }

  private static void pass(EmbeddedChannel channel, int millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void aProxyHeaderThatComesInTimeIsReadAndTheRestIsTold() {
    EmbeddedChannel channel = proxied();
    drain(channel);
    pass(channel, 900);
    assertTrue(channel.isActive());
    String header = "PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n";
    channel.writeInbound(Unpooled.copiedBuffer(header, StandardCharsets.US_ASCII));
    assertTrue(told.contains(ClientConnections.DRAIN), told::toString);
    pass(channel, 2_000);
    assertTrue(channel.isActive(), "the rest ends it");
    assertNull(channel.readInbound());
  }

  @Test
  void aProxyHeaderThatDoesNotComeIsNotWaitedForLong() {
    EmbeddedChannel channel = proxied();
    drain(channel);
    pass(channel, 1_100);
    assertFalse(channel.isActive());
  }

  @Test
  void aHandshakeUnderWayIsFinishedAndItsRequestIsTheLast() throws Exception {
    EmbeddedChannel client = channel();
    EmbeddedChannel server = channel();
    secure(client, server);
    drain(server);
    pass(server, 500);
    shake(client, server);
    SslHandler tls = client.pipeline().get(SslHandler.class);
    assertTrue(tls.handshakeFuture().isSuccess());
    assertTrue(server.isActive());
    String request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    client.writeOutbound(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
    shake(client, server);
    pass(server, 1_500);
    assertTrue(server.isActive(), "a request is under way");
    assertEquals(1, heads.size());
  }

  @Test
  void aHandshakeThatDoesNotComeIsNotWaitedForLong() throws Exception {
    EmbeddedChannel server = channel();
    secure(channel(), server);
    drain(server);
    pass(server, 1_100);
    assertFalse(server.isActive());
  }

  private void secure(EmbeddedChannel client, EmbeddedChannel server) throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .subject("CN=localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    SslContext ours =
        SslContextBuilder.forServer(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath())
            .build();
    Supplier<Consumer<ChannelPipeline>> stages = () -> pipeline -> pipeline.addLast(new Heads());
    ProtocolChoice protocols =
        new ProtocolChoice(
            new Http1Connection(AcceptServer.LIMITS, stages),
            new Http2Connection(
                ServerConfig.STANDARD, new ClientConnections(9, 9, new Load()), stages));
    server.pipeline().addLast(ours.newHandler(server.alloc()), new AlpnHandler(protocols));
    SslContext theirs =
        SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build();
    client.pipeline().addLast(theirs.newHandler(client.alloc()));
  }

  private static void shake(EmbeddedChannel client, EmbeddedChannel server) {
    boolean moved = true;
    while (moved) {
      moved = pass(client, server) | pass(server, client);
    }
  }

  private static boolean pass(EmbeddedChannel from, EmbeddedChannel to) {
    from.runPendingTasks();
    boolean moved = false;
    for (ByteBuf each = from.readOutbound(); each != null; each = from.readOutbound()) {
      to.writeInbound(each);
      moved = true;
    }
    return moved;
  }
}
