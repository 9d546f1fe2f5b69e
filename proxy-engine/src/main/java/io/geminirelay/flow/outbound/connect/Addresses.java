package io.geminirelay.flow.outbound.connect;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns names into addresses without blocking: address literals and {@code localhost} at once,
 * everything else through the hosts file and asynchronous DNS, cached for the records' lifetimes.
 *
 * <p>Without a readable {@code /etc/resolv.conf} the resolver asks Netty's built-in public name
 * servers; the blocking resolver of the JDK is never used. Shared by all loops; one resolver is
 * made per loop, the cache is common.
 */
public final class Addresses implements AutoCloseable {
  /**
   * A name that is not there is asked for once a second at most, however many requests need it (RFC
   * 2308 section 5 allows more; less could outlast a record's return).
   */
  private static final int NEGATIVE_SECONDS = 1;

  /** Leaves time for a second server within the standard 10 s to connect. */
  private static final int QUERY_MILLIS = 3_000;

  private static final byte[] LOOPBACK_4 = {127, 0, 0, 1};
  private static final byte[] LOOPBACK_6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

  private final AddressResolverGroup<InetSocketAddress> group;

  /**
   * Asks name servers through the transport's own channels.
   *
   * @param datagrams for queries
   * @param streams for answers too long for a datagram (RFC 7766)
   * @param servers addresses with ports, in the order to ask; none: the platform's
   */
  public Addresses(
      ChannelFactory<? extends DatagramChannel> datagrams,
      ChannelFactory<? extends SocketChannel> streams,
      List<String> servers) {
    this(
        new DnsAddressResolverGroup(
            asking(servers)
                .datagramChannelFactory(datagrams)
                .socketChannelFactory(streams)
                .resolveCache(new DefaultDnsCache(0, Integer.MAX_VALUE, NEGATIVE_SECONDS))));
  }

  private static DnsNameResolverBuilder asking(List<String> servers) {
    DnsNameResolverBuilder builder = new DnsNameResolverBuilder();
    if (!servers.isEmpty()) {
      builder
          .queryTimeoutMillis(QUERY_MILLIS)
          .nameServerProvider(
              new SequentialDnsServerAddressStreamProvider(
                  servers.stream().map(Addresses::server).toList()));
    }
    return builder;
  }

  private static InetSocketAddress server(String address) {
    int colon = address.lastIndexOf(':');
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address.substring(0, colon));
    if (bytes == null) {
      throw new IllegalArgumentException(address + " is no address of a name server");
    }
    return address(bytes, Integer.parseInt(address.substring(colon + 1)));
  }

  /** Asks {@code group}, which is closed with this object. */
  Addresses(AddressResolverGroup<InetSocketAddress> group) {
    this.group = group;
  }

  /** The address that {@code host} spells out, or null if it is a name. */
  static @Nullable InetSocketAddress literal(String host, int port) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    return bytes == null ? null : address(bytes, port);
  }

  /** All addresses of {@code host}, in the order to try; completes on {@code loop}. */
  Future<List<InetSocketAddress>> resolve(EventLoop loop, String host, int port) {
    InetSocketAddress literal = literal(host, port);
    if (literal != null) {
      return loop.newSucceededFuture(List.of(literal));
    }
    if (isLoopbackName(host)) {
      return loop.newSucceededFuture(List.of(address(LOOPBACK_4, port), address(LOOPBACK_6, port)));
    }
    return group.getResolver(loop).resolveAll(InetSocketAddress.createUnresolved(host, port));
  }

  /** These names never leave the machine (RFC 6761 section 6.3). */
  private static boolean isLoopbackName(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost") || name.endsWith(".localhost");
  }

  private static InetSocketAddress address(byte[] bytes, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes is always legal", e);
    }
  }

  /** Stops the resolvers of all loops. */
  @Override
  public void close() {
    group.close();
  }
}
