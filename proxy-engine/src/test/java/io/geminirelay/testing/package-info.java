/**
 * Test support: the other side of every wire, and time.
 *
 * <p>{@link io.geminirelay.testing.GeminiSimulator} answers in place of Google, {@link
 * io.geminirelay.testing.EgressSimulator} in place of an egress proxy, {@link
 * io.geminirelay.testing.TestClient} asks in place of a client. Nothing here knows the product's
 * own classes, so that a mistake made there is not repeated here.
 */
@NullMarked
package io.geminirelay.testing;

import org.jspecify.annotations.NullMarked;
