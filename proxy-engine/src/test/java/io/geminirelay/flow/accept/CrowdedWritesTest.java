package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No connection starves beside others of its event loop that write many small buffers. */
class CrowdedWritesTest {
  /** As many as a system call may take, which are the buffers of two fast streams. */
  private static final int PIECES = 1024;

  private static final int GREEDY = 2;
  private static final int PIECE_BYTES = 8;
  private static final int PATIENCE_MILLIS = 20_000;

  private final ByteBuf piece =
      Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(PIECE_BYTES)));

  @ParameterizedTest
  @EnumSource(Transport.class)
  void oneOfManyFastWritersGetsItsTurn(Transport transport) throws Exception {
    assumeTrue(transport.missing() == null, () -> transport + ": " + transport.missing());
    EventLoopGroup loops = transport.eventLoops(1);
    List<Socket> sockets = new ArrayList<>();
    try {
      Channel server = listen(transport, loops);
      for (int i = 0; i < GREEDY; i++) {
        Socket greedy = ask(server.localAddress(), 'g');
        sockets.add(greedy);
        assertEquals(0, greedy.getInputStream().read());
        drain(greedy);
      }
      for (int i = 0; i < GREEDY; i++) {
        Socket modest = ask(server.localAddress(), 'm');
        sockets.add(modest);
        InputStream answer = modest.getInputStream();
        assertEquals(PIECES * PIECE_BYTES, answer.readNBytes(PIECES * PIECE_BYTES).length);
      }
    } finally {
      for (Socket each : sockets) {
        each.close();
      }
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private Channel listen(Transport transport, EventLoopGroup loops) {
    return new ServerBootstrap()
        .group(loops)
        .channel(transport.serverChannel())
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Writer());
              }
            })
        .bind(InetAddress.getLoopbackAddress(), 0)
        .awaitUninterruptibly()
        .channel();
  }

  private static Socket ask(SocketAddress server, int what) throws IOException {
    Socket socket = new Socket();
    socket.connect((InetSocketAddress) server);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.getOutputStream().write(what);
    return socket;
  }

  private static void drain(Socket socket) {
    Thread reader =
        new Thread(
            () -> {
              byte[] room = new byte[1 << 20];
              try {
                InputStream in = socket.getInputStream();
                while (in.read(room) >= 0) {
                  // to the end of the test, which closes it
                }
              } catch (IOException e) {
                // closed
              }
            },
            "drain");
    reader.setDaemon(true);
    reader.start();
  }

  /** Writes once to who is modest, and again and again to who is greedy. */
  private final class Writer extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      boolean greedy = ((ByteBuf) message).getByte(0) == 'g';
      ReferenceCountUtil.release(message);
      write(ctx, greedy);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // the reader has gone
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the reader tells
    private void write(ChannelHandlerContext ctx, boolean again) {
      for (int i = 1; i < PIECES; i++) {
        ctx.write(piece.duplicate(), ctx.voidPromise());
      }
      ctx.writeAndFlush(piece.duplicate())
          .addListener(
              written -> {
                if (again && written.isSuccess()) {
                  write(ctx, true);
                }
              });
    }
  }
}
