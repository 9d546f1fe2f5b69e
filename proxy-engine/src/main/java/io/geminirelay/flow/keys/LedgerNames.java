package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Secret;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/** By what names all instances call the same quotas. Pure. */
final class LedgerNames {
  /** Models have shorter names; clients may make up longer ones. */
  private static final int LONGEST_MODEL = 100;

  private static final int KEPT = 60;
  private static final int DIGEST_BYTES = 16;

  private LedgerNames() {}

  /** The name of what {@code model} may use of the bucket called {@code bucket}. */
  static String of(String bucket, String model) {
    return bucket + "=" + (model.length() <= LONGEST_MODEL ? model : shortened(model));
  }

  private static String shortened(String model) {
    byte[] digest = Secret.sha256(model.getBytes(StandardCharsets.UTF_8));
    return model.substring(0, KEPT) + "~" + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
  }

  /** Every bucket once, by the name of its project or else of its key. */
  static Map<String, QuotaBucket> buckets(RingStates states) {
    Map<String, QuotaBucket> all = new HashMap<>(states.namedBuckets());
    Set<QuotaBucket> named = new HashSet<>(all.values());
    states
        .named()
        .forEach(
            (name, state) -> {
              if (!named.contains(state.bucket())) {
                boolean alone = state.project().isEmpty();
                String target = state.target();
                all.put(alone ? name : target + "/" + state.project(), state.bucket());
              }
            });
    return all;
  }
}
