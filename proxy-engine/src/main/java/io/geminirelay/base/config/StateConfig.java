package io.geminirelay.base.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where key state outlives the process.
 *
 * @param redisUrl Redis to share with other instances, or null; may hold a password
 * @param redisKeyPrefix put before every key in Redis
 * @param directory folder of files that outlive the process, or null
 */
public record StateConfig(
    @Nullable Secret redisUrl, String redisKeyPrefix, @Nullable Path directory) {

  /** Used where nothing is set: state lives in memory only. */
  public static final StateConfig STANDARD = new StateConfig(null, "gemini-relay:", null);
}
