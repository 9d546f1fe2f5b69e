package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Spreads keys over exits by rendezvous hashing: each key has an order of its own in which it
 * prefers the exits of its group.
 *
 * <p>The weight of a key and an exit is the first eight bytes of the SHA-256 digest of {@code
 * fingerprint@host:port:user}, in UTF-8, as an unsigned number; the exit of the highest weight
 * comes first. It depends on nothing else: not on the order in the file, on the other keys and
 * exits, or on the run. So an exit that is lost moves its own keys only, over all others evenly,
 * and one that is added takes keys from all, and moves no others. The password is left out, so that
 * a new one moves nothing.
 *
 * @see <a href="https://www.eecs.umich.edu/techreports/cse/96/CSE-TR-316-96.pdf">Thaler and
 *     Ravishankar, A Name-Based Mapping Scheme for Rendezvous</a>
 */
final class ExitOrder {
  private ExitOrder() {}

  /** {@code ways} in the order in which {@code key} prefers them, each once. */
  static List<Destination> of(Secret key, List<Destination> ways) {
    if (ways.size() < 2) {
      return ways;
    }
    record Weighed(Destination way, long weight) {}
    // The name decides where two weigh the same: exits that differ in their kind alone.
    return ways.stream()
        .distinct()
        .map(way -> new Weighed(way, weight(key, way.egress())))
        .sorted(
            Comparator.<Weighed>comparingLong(each -> each.weight() + Long.MIN_VALUE)
                .reversed()
                .thenComparing(each -> each.way().toString()))
        .map(Weighed::way)
        .toList();
  }

  private static long weight(Secret key, @Nullable EgressConfig exit) {
    if (exit == null) {
      return 0;
    }
    String user = exit.user() == null ? "" : exit.user();
    String text = key.fingerprint() + "@" + exit.host() + ":" + exit.port() + ":" + user;
    return ByteBuffer.wrap(Secret.sha256(text.getBytes(StandardCharsets.UTF_8))).getLong();
  }
}
