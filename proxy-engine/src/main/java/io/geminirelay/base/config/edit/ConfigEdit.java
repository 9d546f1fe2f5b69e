package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of the configuration. Immutable; shows no secret when printed.
 *
 * <p>Fingerprints are those of {@link Secret#fingerprint()}. Paths are dotted names as in {@code
 * upstream.pool.max_idle}; an item of {@code groups} and {@code clients} goes by its name, as in
 * {@code groups.default.top_p}; a name that has dots itself is put in double quotes unless the file
 * has it already, as in {@code tiers.free."gemini-2.5-flash".rpm}.
 */
public sealed interface ConfigEdit {

  /**
   * Adds keys to a group, at its end. The group has to be in the file already, unless there is
   * none: a key in a group of a mistyped name would go out by the wrong way.
   */
  record AddKeys(String group, List<NewKey> keys) implements ConfigEdit {
    /** Copies the list. */
    public AddKeys {
      keys = List.copyOf(keys);
    }
  }

  /**
   * A key to add.
   *
   * @param key the credential
   * @param project the Google project it belongs to, or null when unknown
   * @param weight 1 to 100, or null for the standard
   */
  record NewKey(Secret key, @Nullable String project, @Nullable Integer weight) {}

  /** Takes keys out of the file, and out of {@code disabled_keys}. */
  record RemoveKey(List<String> fingerprints) implements ConfigEdit {
    /** Copies the list. */
    public RemoveKey {
      fingerprints = List.copyOf(fingerprints);
    }

    /** Removes one key. */
    public RemoveKey(String fingerprint) {
      this(List.of(fingerprint));
    }
  }

  /** Puts keys aside: adds them to {@code disabled_keys}. Nothing for those that are there. */
  record DisableKey(List<String> fingerprints) implements ConfigEdit {
    /** Copies the list. */
    public DisableKey {
      fingerprints = List.copyOf(fingerprints);
    }

    /** Puts one key aside. */
    public DisableKey(String fingerprint) {
      this(List.of(fingerprint));
    }
  }

  /** Takes keys back: out of {@code disabled_keys}. Nothing for those that are not there. */
  record EnableKey(List<String> fingerprints) implements ConfigEdit {
    /** Copies the list. */
    public EnableKey {
      fingerprints = List.copyOf(fingerprints);
    }

    /** Takes one key back. */
    public EnableKey(String fingerprint) {
      this(List.of(fingerprint));
    }
  }

  /** Adds a client, with the digest of its token in the place of the token. */
  record AddClient(ClientConfig client) implements ConfigEdit {}

  /** Takes a client out of the file. */
  record RemoveClient(String name) implements ConfigEdit {}

  /**
   * Gives a setting another value, or a value at all.
   *
   * @param path of a setting that is no secret
   * @param value a {@link String}, {@link Boolean}, {@link Number}, or a {@link List} or {@link
   *     java.util.Map} of such
   */
  record Set(String path, Object value) implements ConfigEdit {}

  /** Takes a setting out of the file, so that its standard value counts. */
  record Unset(String path) implements ConfigEdit {}
}
