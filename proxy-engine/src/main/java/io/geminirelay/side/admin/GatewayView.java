package io.geminirelay.side.admin;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.edit.KeySource;
import io.geminirelay.base.config.edit.Saved;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.side.health.Crowd;
import io.geminirelay.side.health.Vitals;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gateway as the pages of the admin interface see it: one configuration with all that it made.
 * Taken anew for each request, since the next configuration makes another. Immutable; its parts are
 * thread safe.
 *
 * @param config the configuration in force
 * @param origin where that came from
 * @param keys the keys
 * @param breakers of their targets
 * @param exits on the way
 * @param crowd who asks
 * @param vitals how the gateway is
 * @param load how much there is to do at this moment
 */
public record GatewayView(
    EngineConfig config,
    Origin origin,
    KeyRing keys,
    Breakers breakers,
    Exits exits,
    Crowd crowd,
    Vitals vitals,
    Load load) {

  /**
   * Where a configuration came from, and where changes of it go.
   *
   * @param file it was read from; null for none
   * @param savesTo where a change would be kept; looks at the disk
   * @param changes what is kept outside the file, in words; no secret
   * @param restartNeeded settings that differ from those the process began with, and that it cannot
   *     take over
   * @param sourceOf where the key of a fingerprint is given
   * @param sourceOfClient where the client of a name is given
   */
  public record Origin(
      @Nullable Path file,
      Supplier<Saved> savesTo,
      List<String> changes,
      List<String> restartNeeded,
      Function<String, KeySource> sourceOf,
      Function<String, KeySource> sourceOfClient) {

    /** Copies the lists. */
    public Origin {
      changes = List.copyOf(changes);
      restartNeeded = List.copyOf(restartNeeded);
    }
  }

  /**
   * What there is to do.
   *
   * @param waiting requests that wait for a key
   * @param connections open connections of clients
   */
  public record Load(int waiting, int connections) {}
}
