package io.geminirelay.base.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that can be used.
 *
 * @param config whole and checked
 * @param warnings what works but is probably not meant so
 * @param file where it was read from, or null when the environment alone gave it
 */
public record Loaded(EngineConfig config, List<Problem> warnings, @Nullable Path file) {}
