package io.geminirelay.base.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LateFlushHandlerTest {
  private final MultiThreadIoEventLoopGroup far =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final MultiThreadIoEventLoopGroup near =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final AtomicInteger arrivedBytes = new AtomicInteger();
  private Channel listening;

  /** Counts what it reads. */
  private final class Counter extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      arrivedBytes.addAndGet(((ByteBuf) message).readableBytes());
      ReferenceCountUtil.release(message);
    }
  }

  @BeforeEach
  void listen() throws Exception {
    listening =
        new ServerBootstrap()
            .group(far)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new Counter());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
  }

  @AfterEach
  void end() throws Exception {
    near.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    far.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }

  private Channel connect() throws Exception {
    return new Bootstrap()
        .group(near)
        .channel(NioSocketChannel.class)
        .handler(new LateFlushHandler())
        .connect(listening.localAddress())
        .sync()
        .channel();
  }

  private static ChannelFuture send(Channel channel, int bytes) {
    return channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[bytes]));
  }

  /** Within one iteration of the loop that the channels share. */
  private <T> T inOneRound(Callable<T> task) throws Exception {
    return near.submit(task).get(10, TimeUnit.SECONDS);
  }

  @Test
  void whatIsShortGoesOutAtTheEndOfTheRound() throws Exception {
    Channel channel = connect();
    ChannelFuture[] sent = new ChannelFuture[2];
    boolean early =
        inOneRound(
            () -> {
              sent[0] = send(channel, 10);
              sent[1] = send(channel, 10);
              return sent[0].isDone();
            });
    assertFalse(early);
    assertTrue(sent[0].await(10, TimeUnit.SECONDS) && sent[0].isSuccess());
    assertTrue(sent[1].await(10, TimeUnit.SECONDS) && sent[1].isSuccess());
  }

  @Test
  void whatIsLongIsNotPutOff() throws Exception {
    Channel channel = connect();
    List<Boolean> done =
        inOneRound(
            () -> {
              ChannelFuture first = send(channel, 10);
              boolean alone = first.isDone();
              ChannelFuture second = send(channel, 16 << 10);
              return List.of(alone, first.isDone(), second.isDone());
            });
    assertEquals(List.of(false, true, true), done);
  }

  @Test
  void manyDoNotWaitForOneAnother() throws Exception {
    List<Channel> channels = new ArrayList<>();
    for (int i = 0; i <= FlushRound.MOST; i++) {
      channels.add(connect());
    }
    List<ChannelFuture> sent = new ArrayList<>();
    long done =
        inOneRound(
            () -> {
              channels.forEach(each -> sent.add(send(each, 10)));
              return sent.stream().filter(ChannelFuture::isDone).count();
            });
    assertEquals(FlushRound.MOST, done);
    for (ChannelFuture each : sent) {
      assertTrue(each.await(10, TimeUnit.SECONDS) && each.isSuccess());
    }
  }

  @Test
  void whoHearsOfAWriteMayWriteOn() throws Exception {
    Channel one = connect();
    Channel other = connect();
    ChannelFuture[] answer = new ChannelFuture[1];
    inOneRound(
        () ->
            send(one, 10)
                .addListener(
                    written -> {
                      send(one, 10);
                      answer[0] = send(other, 10);
                    }));
    assertEquals(30, awaitArrived(30));
    assertTrue(answer[0].await(10, TimeUnit.SECONDS) && answer[0].isSuccess());
  }

  private int awaitArrived(int bytes) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (arrivedBytes.get() < bytes) {
      assertTrue(System.nanoTime() < end, "not all arrived");
      Thread.onSpinWait();
    }
    return arrivedBytes.get();
  }

  @Test
  void whatIsScheduledOrTakesLongComesBehindIt() throws Exception {
    Channel channel = connect();
    ChannelFuture[] sent = new ChannelFuture[2];
    boolean[] before = new boolean[2];
    inOneRound(
            () -> {
              sent[0] = send(channel, 10);
              return near.next()
                  .schedule(() -> before[0] = sent[0].isDone(), 0, TimeUnit.NANOSECONDS);
            })
        .get(30, TimeUnit.SECONDS);
    inOneRound(
        () -> {
          sent[1] = send(channel, 10);
          FlushRound.flushOwn();
          return before[1] = sent[1].isDone();
        });
    assertTrue(before[0] && before[1]);
  }

  @Test
  void anEndLosesNothing() throws Exception {
    List<Channel> channels = List.of(connect(), connect(), connect());
    ChannelFuture[] sent = new ChannelFuture[3];
    inOneRound(
        () -> {
          for (int i = 0; i < sent.length; i++) {
            sent[i] = send(channels.get(i), 10);
          }
          channels.get(0).close();
          channels.get(1).disconnect();
          channels.get(2).pipeline().removeFirst();
          return true;
        });
    for (ChannelFuture each : sent) {
      assertTrue(each.await(10, TimeUnit.SECONDS) && each.isSuccess());
    }
    assertEquals(30, awaitArrived(30));
  }

  @Test
  void withoutRoundsNothingIsPutOff() {
    EmbeddedChannel channel = new EmbeddedChannel(new LateFlushHandler());
    assertTrue(send(channel, 10).isDone());
    channel.finishAndReleaseAll();
  }
}
