package io.geminirelay.side.admin.login;

import java.time.Instant;

/**
 * A login that lasts for a time. Immutable; neither the cookie nor the CSRF token can be found out
 * from it.
 *
 * @param digest of the cookie's value
 * @param endNanos when it ends, on the scale of the ticker
 * @param expires the same as a time of day
 */
public record Session(String digest, long endNanos, Instant expires) {}
