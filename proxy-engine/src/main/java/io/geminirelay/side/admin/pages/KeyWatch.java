package io.geminirelay.side.admin.pages;

import io.geminirelay.base.telemetry.Usage;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.ModelHolds.Hold;
import io.geminirelay.side.admin.GatewayView;
import io.geminirelay.side.health.KeyFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys that have changed since the last look. States are compared with every look; what
 * keys were used for, which under load changes always, only for a fifth of them at a time where
 * there are many, so that a second of news stays small. For the admin thread alone.
 */
final class KeyWatch {
  private static final int MANY = 200;
  private static final int PARTS = 5;

  private final AdminRoom room;
  private Map<String, Stamp> last = new HashMap<>();
  private int looks;

  KeyWatch(AdminRoom room) {
    this.room = room;
  }

  /**
   * How a key was.
   *
   * @param state of whatever changes seldom
   * @param figures of what changes with every request
   */
  private record Stamp(int state, int figures) {}

  /**
   * What a look has found.
   *
   * @param removed fingerprints of keys that there are no more
   */
  record Found(List<ApiKey> changed, List<String> removed) {
    boolean nothing() {
      return changed.isEmpty() && removed.isEmpty();
    }
  }

  /** Looks at every key of {@code view}. */
  Found look(GatewayView view) {
    List<ApiKey> keys = AdminRoom.keys(view).toList();
    Map<String, Stamp> next = new HashMap<>();
    List<ApiKey> changed = new ArrayList<>();
    long now = room.time().nanoTime();
    int part = looks++ % PARTS;
    for (int i = 0; i < keys.size(); i++) {
      ApiKey key = keys.get(i);
      String id = key.secret().fingerprint();
      Stamp before = last.get(id);
      boolean later = before != null && keys.size() > MANY && i % PARTS != part;
      int figures = before != null && later ? before.figures() : figures(key, now);
      Stamp stamp = new Stamp(state(view, key, now), figures);
      if (!stamp.equals(before)) {
        changed.add(key);
      }
      next.put(id, stamp);
    }
    Set<String> removed = new HashSet<>(last.keySet());
    removed.removeAll(next.keySet());
    last = next;
    return new Found(changed, List.copyOf(removed));
  }

  private static int state(GatewayView view, ApiKey key, long now) {
    @Nullable Hold rest = KeyFields.rest(key);
    return Objects.hash(
        key.name(),
        key.project(),
        key.weight(),
        key.state().project(),
        KeyFields.state(key),
        rest == null ? null : rest.reason() + rest.model() + rest.quotaId(),
        // To the second: the end of what is used up is reckoned anew with each look.
        rest == null ? 0 : Math.round(rest.untilNanos() / 1e9),
        key.bucket().holds().models().size(),
        rest != null && rest.untilNanos() - now <= 0,
        view.origin().sourceOf().apply(key.secret().fingerprint()));
  }

  private int figures(ApiKey key, long now) {
    @Nullable Usage usage = room.telemetry().usage().key(key.name());
    return Objects.hash(
        usage == null ? null : usage.sum(),
        KeyObject.room(key) / 10,
        Math.round(key.health(now) * 100));
  }
}
