package io.geminirelay.base.login;

import io.geminirelay.base.config.AdminConfig;
import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.TimeSource;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Wrong credentials per client address (of IPv6, per network of 64 bits), and who is locked out for
 * them.
 *
 * <p>Bounded without a way to flood a locked address out of it: who counts and who is locked are
 * kept apart, of the former the one that was quiet longest makes room, and of the latter nobody
 * does before the time is over. Where no more can be locked by name, all share one lock but those
 * that gave the right credential before: whoever owns enough networks to fill the table must not
 * keep the operator out. Not thread safe.
 */
final class LoginAttempts {
  static final int MAX_COUNTED = 4_096;
  static final int MAX_LOCKED = 65_536;
  static final int MAX_KNOWN = 1_024;

  /** Callers without an address; as a network of IPv6 this one has no hosts (RFC 4291). */
  private static final long NOWHERE = -1;

  private final TimeSource time;

  // Both in the order of the last wrong try.
  private final LinkedHashMap<Long, Tries> counted = new LinkedHashMap<>();
  private final LinkedHashMap<Long, Long> lockedUntil = new LinkedHashMap<>();

  /** Who gave the right credential, the last one at the end. */
  private final LinkedHashSet<Long> known = new LinkedHashSet<>();

  private @Nullable Long othersUntil;

  LoginAttempts(TimeSource time) {
    this.time = time;
  }

  /** Nanoseconds for which {@code address} is still locked out; 0 or less for not. */
  long lockedNanos(@Nullable InetAddress address) {
    long now = time.nanoTime();
    long network = networkOf(address);
    Long until = lockedUntil.get(network);
    long own = until == null ? 0 : until - now;
    Long others = known.contains(network) ? null : othersUntil;
    return Math.max(own, others == null ? 0 : others - now);
  }

  /** Whether the credential with this digest is the one that {@code address} had wrong last. */
  boolean isRepeat(@Nullable InetAddress address, byte[] sha256) {
    Tries before = counted.get(networkOf(address));
    return before != null && before.last == mark(sha256);
  }

  /** The digest's first bytes: enough to know a credential again that nobody can choose freely. */
  private static long mark(byte[] sha256) {
    return ByteBuffer.wrap(sha256).getLong();
  }

  /** Counts a wrong credential with this digest; true where it was one too many. */
  boolean wrong(@Nullable InetAddress address, byte[] sha256, AdminConfig rules) {
    long now = time.nanoTime();
    long network = networkOf(address);
    Tries before = counted.remove(network);
    boolean fresh = before != null && now - before.lastNanos < rules.lockout().toNanos();
    int tries = fresh ? before.count + 1 : 1;
    if (tries >= rules.maxLoginAttempts()) {
      lock(network, now, now + rules.lockout().toNanos());
      return true;
    }
    if (counted.size() >= MAX_COUNTED) {
      counted.remove(counted.keySet().iterator().next());
    }
    counted.put(network, new Tries(tries, now, mark(sha256)));
    return false;
  }

  private void lock(long network, long now, long until) {
    Iterator<Long> oldest = lockedUntil.values().iterator();
    while (oldest.hasNext() && oldest.next() - now <= 0) {
      oldest.remove();
    }
    if (lockedUntil.size() < MAX_LOCKED) {
      lockedUntil.put(network, until);
    } else {
      known.remove(network);
      othersUntil = until;
    }
  }

  /** Forgets the wrong tries of {@code address}, which gave the right credential. */
  void right(@Nullable InetAddress address) {
    long network = networkOf(address);
    counted.remove(network);
    known.remove(network);
    if (known.size() >= MAX_KNOWN) {
      known.remove(known.iterator().next());
    }
    known.add(network);
  }

  /** Whether nobody is counted or locked. */
  boolean isEmpty() {
    return counted.isEmpty() && lockedUntil.isEmpty() && othersUntil == null;
  }

  /** How long somebody is to wait, in whole seconds, at least one. */
  static long seconds(long nanos) {
    return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + 999_999_999L));
  }

  private static long networkOf(@Nullable InetAddress address) {
    return address == null ? NOWHERE : Caller.networkOf(address);
  }

  private record Tries(int count, long lastNanos, long last) {}
}
