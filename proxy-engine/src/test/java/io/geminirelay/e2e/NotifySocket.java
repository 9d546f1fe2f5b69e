package io.geminirelay.e2e;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The service manager's end of the datagrams that a service tells it. */
public final class NotifySocket implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final String name;
  private final Channel channel;

  /** Listens at {@code name}: a path, or that of an abstract socket, which begins with @. */
  public NotifySocket(String name) throws Exception {
    this.name = name;
    this.channel =
        new Bootstrap()
            .group(threads)
            .channel(EpollDomainDatagramChannel.class)
            .handler(
                new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                  @Override
                  protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket got) {
                    messages.add(got.content().toString(StandardCharsets.UTF_8));
                  }
                })
            .bind(new DomainSocketAddress(name.startsWith("@") ? "\0" + name.substring(1) : name))
            .sync()
            .channel();
  }

  /** What NOTIFY_SOCKET has to be. */
  public String name() {
    return name;
  }

  /** What came, in its order. */
  public List<String> messages() {
    return List.copyOf(messages);
  }

  /** How many messages have the line {@code line}. */
  public long count(String line) {
    return messages.stream().filter(message -> message.lines().anyMatch(line::equals)).count();
  }

  /** Waits for the {@code nth} message with the line {@code line}, and returns it. */
  public String await(String line, int nth) {
    Rig.await(() -> count(line) >= nth, line + " to be told; until now " + messages);
    return messages.stream()
        .filter(message -> message.lines().anyMatch(line::equals))
        .skip(nth - 1L)
        .findFirst()
        .orElseThrow();
  }

  /** Waits until what came is as {@code condition} wants it. */
  public void awaitThat(Predicate<List<String>> condition, String what) {
    Rig.await(() -> condition.test(messages()), what + "; until now " + messages);
  }

  /** The value of {@code name} in {@code message}; empty where it has none. */
  public static String value(String message, String name) {
    return message
        .lines()
        .filter(line -> line.startsWith(name + "="))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
