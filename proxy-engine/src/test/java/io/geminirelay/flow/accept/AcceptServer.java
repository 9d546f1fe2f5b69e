package io.geminirelay.flow.accept;

import io.geminirelay.base.config.Http2Limits;
import io.geminirelay.base.config.OverloadConfig;
import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.config.ServerConfig.AllocatorChoice;
import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.config.ServerConfig.TlsFiles;
import io.geminirelay.base.config.ServerConfig.TransportChoice;
import io.geminirelay.base.config.ServerConfig.Trust;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.load.Load;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A listener whose only stage echoes method, path and body, or holds its answer on {@code /hold},
 * or stops reading on {@code /pause}.
 */
final class AcceptServer implements AutoCloseable {
  final @Nullable ServerTls certificate;
  final ClientConnections connections;
  final Listener listener;
  final EventLoopGroup loops;
  final Queue<String> good = new ConcurrentLinkedQueue<>();
  final Queue<String> headers = new ConcurrentLinkedQueue<>();
  final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
  final Queue<String> gone = new ConcurrentLinkedQueue<>();

  static final ClientLimits LIMITS =
      new ClientLimits(
          512,
          2048,
          1 << 20,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          ClientLimits.STANDARD.maxHeaderFields(),
          0,
          Duration.ofSeconds(30),
          0,
          0);

  AcceptServer(ClientLimits limits, int max, @Nullable TlsFiles tls) throws Exception {
    ServerConfig config =
        new ServerConfig(
            "127.0.0.1",
            0,
            TransportChoice.AUTO,
            1,
            max,
            limits,
            Duration.ofSeconds(10),
            tls,
            null,
            null,
            Trust.NOBODY,
            true,
            Http2Limits.STANDARD,
            OverloadConfig.STANDARD,
            false,
            Duration.ZERO,
            AllocatorChoice.AUTO);
    certificate = tls == null ? null : ServerTls.load(tls);
    connections = new ClientConnections(max, max, new Load());
    Transport transport = Transport.choose(config.transport());
    loops = transport.eventLoops(1);
    Consumer<ChannelPipeline> echo = pipeline -> pipeline.addLast(new Echo());
    ConnectionHandler handler =
        new ConnectionHandler(
            config, connections, certificate, () -> echo, Buffers.of(config.allocator()));
    listener =
        Listener.bind(config, transport, loops, handler)
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  static AcceptServer plain() throws Exception {
    return new AcceptServer(LIMITS, 100, null);
  }

  int port() {
    return listener.address().getPort();
  }

  Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Sends {@code bytes} and reads until the server closes. */
  String exchange(String bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      return readAll(socket);
    }
  }

  static String readAll(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    socket.getInputStream().transferTo(all);
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  /** Reads one answer with a content length. */
  static String readAnswer(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (text.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        return text.toString();
      }
      text.append((char) b);
    }
    int at = text.indexOf("content-length: ") + 16;
    int length = Integer.parseInt(text.substring(at, text.indexOf("\r\n", at)));
    return text + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
  }

  static void await(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("the condition did not come true");
      }
      LockSupport.parkNanos(500_000);
    }
  }

  /** Ends the connections there are. */
  CompletionStage<Boolean> drain(Duration deadline) {
    return connections.drain(CompletableFuture.completedStage(null), deadline, loops.next());
  }

  @Override
  public void close() {
    listener.stopAccepting().toCompletableFuture().join();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private final class Echo extends ChannelInboundHandlerAdapter {
    private @Nullable HttpRequest head;
    private StringBuilder body = new StringBuilder();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        HttpObject object = (HttpObject) message;
        if (object instanceof HttpRequest request) {
          head = request;
          body = new StringBuilder();
        }
        if (object.decoderResult().isFailure()) {
          FaultResponder.respond(
              ctx, new Exchange("id", head, 0), FramingFaults.of(object.decoderResult()), true);
          return;
        }
        if (object instanceof HttpRequest request) {
          good.add(request.method() + " " + request.uri());
          headers.add(request.headers().toString());
          if (request.uri().equals("/pause")) {
            ctx.channel().config().setAutoRead(false);
          }
          if (request.uri().equals("/early")) {
            answer(ctx, "early");
          }
        }
        if (object instanceof HttpContent content) {
          body.append(content.content().toString(StandardCharsets.ISO_8859_1));
        }
        if (object instanceof LastHttpContent && !head.uri().equals("/early")) {
          String text = head.method() + " " + head.uri() + " " + body;
          if (head.uri().startsWith("/hold")) {
            held.add(() -> ctx.executor().execute(() -> answer(ctx, text)));
          } else {
            answer(ctx, text);
          }
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    private void answer(ChannelHandlerContext ctx, String text) {
      var content = ByteBufUtil.writeUtf8(ctx.alloc(), text);
      var response =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
      response.headers().set("content-length", content.readableBytes());
      ctx.writeAndFlush(response);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      gone.add(head == null ? "" : head.uri());
    }
  }
}
