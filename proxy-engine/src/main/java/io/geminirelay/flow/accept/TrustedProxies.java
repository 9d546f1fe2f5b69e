package io.geminirelay.flow.accept;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** The address ranges whose word about a client is believed. Immutable. */
final class TrustedProxies {
  private final IpSubnetFilterRule[] ranges;

  /**
   * Trusts {@code ranges}.
   *
   * @param ranges addresses and ranges like {@code 10.0.0.0/8}, checked when they were loaded
   */
  TrustedProxies(List<String> ranges) {
    this.ranges = ranges.stream().map(TrustedProxies::rule).toArray(IpSubnetFilterRule[]::new);
  }

  private static IpSubnetFilterRule rule(String range) {
    int slash = range.indexOf('/');
    InetAddress address = NodeAddress.literal(slash < 0 ? range : range.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException("not a range of addresses: " + range);
    }
    int whole = address instanceof Inet4Address ? Integer.SIZE : 128;
    int bits = slash < 0 ? whole : Integer.parseInt(range.substring(slash + 1));
    return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
  }

  /** Whether {@code address} is in one of the ranges. */
  boolean trusts(InetAddress address) {
    if (ranges.length == 0) {
      return false;
    }
    InetSocketAddress asked = new InetSocketAddress(address, 0);
    for (IpSubnetFilterRule range : ranges) {
      if (range.matches(asked)) {
        return true;
      }
    }
    return false;
  }
}
