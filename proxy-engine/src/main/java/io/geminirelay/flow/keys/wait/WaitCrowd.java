package io.geminirelay.flow.keys.wait;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many waiters each client has in a {@link WaitQueue}, in all its lanes, and whose are the
 * most; every step takes constant time. Not thread safe.
 */
final class WaitCrowd {
  private final Map<String, Member> members = new HashMap<>();

  /** Index is the number of waiters; a client is in exactly one of the sets. */
  private final List<Set<Member>> bySize = new ArrayList<>();

  private int largest;

  /** One client; its waiters in the order in which they came. */
  private static final class Member {
    final Chain<Waiter> waiters = new Chain<>();
    int size;
  }

  /** Waiters of {@code client}. */
  int of(String client) {
    Member member = members.get(client);
    return member == null ? 0 : member.size;
  }

  /** Waiters of the client that has most. */
  int largest() {
    return largest;
  }

  /** Clients that wait. */
  int clients() {
    return members.size();
  }

  /** The waiter that came last of those of the client that has most, or null. */
  @Nullable Waiter newestOfLargest() {
    if (largest == 0) {
      return null;
    }
    Chain.Link<Waiter> newest = bySize.get(largest).iterator().next().waiters.last();
    return newest == null ? null : newest.value();
  }

  Chain.Link<Waiter> add(Waiter waiter) {
    Member member = members.computeIfAbsent(waiter.client(), x -> new Member());
    resize(member, member.size + 1);
    return member.waiters.add(waiter);
  }

  void remove(Waiter waiter) {
    Member member = members.get(waiter.client());
    Chain.Link<Waiter> link = waiter.inCrowd();
    if (member == null || link == null) {
      throw new IllegalStateException("does not wait");
    }
    member.waiters.remove(link);
    resize(member, member.size - 1);
    if (member.size == 0) {
      members.remove(waiter.client());
    }
  }

  private void resize(Member member, int size) {
    while (bySize.size() <= size) {
      bySize.add(new LinkedHashSet<>());
    }
    Set<Member> before = bySize.get(member.size);
    before.remove(member);
    if (member.size == largest && size < largest && before.isEmpty()) {
      largest = size;
    }
    member.size = size;
    if (size > 0) {
      bySize.get(size).add(member);
      largest = Math.max(largest, size);
    }
  }
}
