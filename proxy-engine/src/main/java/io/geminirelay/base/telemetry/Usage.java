package io.geminirelay.base.telemetry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one key, model or client came to since the start.
 *
 * @param name its name
 * @param sum of exchanges; of a key the sum of its attempts, where {@code refused} are those that
 *     Google answered with a status of 400 to 499
 * @param lastUsed when it was used last
 * @param latencyMillis half of the last 128 served exchanges took no longer, from head to end; null
 *     where there were none, and for keys and clients
 * @param firstByteMillis half of the last 128 answers began no later; null as above
 */
public record Usage(
    String name,
    Sum sum,
    Instant lastUsed,
    @Nullable Double latencyMillis,
    @Nullable Double firstByteMillis) {}
