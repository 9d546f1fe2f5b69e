package io.geminirelay.testing;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A name server on a free UDP port of 127.0.0.1 with records that a test changes. Thread safe. */
public final class DnsServer implements AutoCloseable {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Map<String, List<String>> records = new ConcurrentHashMap<>();
  private final AtomicInteger queries = new AtomicInteger();
  private final Channel channel;
  private final int ttlSeconds;
  private volatile boolean silent;

  /** One whose records may be kept for {@code ttlSeconds}. */
  public DnsServer(int ttlSeconds) {
    this.ttlSeconds = ttlSeconds;
    this.channel =
        new Bootstrap()
            .group(loops)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel made) {
                    made.pipeline()
                        .addLast(
                            new DatagramDnsQueryDecoder(),
                            new DatagramDnsResponseEncoder(),
                            new Answers());
                  }
                })
            .bind("127.0.0.1", 0)
            .awaitUninterruptibly()
            .channel();
  }

  /** Its address with its port. */
  public String address() {
    return "127.0.0.1:" + ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /** {@code name} has these IPv4 addresses from now on; without any it is not there. */
  public void set(String name, String... addresses) {
    records.put(name, List.of(addresses));
  }

  /** Whether it answers nothing. */
  public void silent(boolean silent) {
    this.silent = silent;
  }

  /** Questions for IPv4 addresses so far. */
  public int queries() {
    return queries.get();
  }

  private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      boolean ofIpV4 = question.type().equals(DnsRecordType.A);
      if (ofIpV4) {
        queries.incrementAndGet();
      }
      if (silent) {
        return;
      }
      String name = question.name().replaceAll("\\.$", "");
      List<String> addresses = records.getOrDefault(name, List.of());
      DatagramDnsResponse answer =
          new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
      answer.setCode(addresses.isEmpty() ? DnsResponseCode.NXDOMAIN : DnsResponseCode.NOERROR);
      answer.addRecord(
          DnsSection.QUESTION, io.netty.util.ReferenceCountUtil.<DnsQuestion>retain(question));
      for (String address : ofIpV4 ? addresses : List.<String>of()) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        answer.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(
                question.name(), DnsRecordType.A, ttlSeconds, Unpooled.wrappedBuffer(bytes)));
      }
      ctx.writeAndFlush(answer);
    }
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
