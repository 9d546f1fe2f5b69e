package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.Destination;
import io.geminirelay.flow.keys.ApiKey;

/**
 * What one attempt goes with.
 *
 * @param key the key
 * @param destination the target, and the exit on the way to it
 * @param freshConnection whether a pooled connection will not do
 */
record Choice(ApiKey key, Destination destination, boolean freshConnection) {}
