/**
 * Test support: the other side of every wire, and time.
 *
 * <p>{@link io.geminirelay.testing.GeminiSimulator} answers in place of Google, {@link
 * io.geminirelay.testing.TestClient} and {@link io.geminirelay.testing.TestHttp2Client} ask in
 * place of a client, {@link io.geminirelay.testing.Corpus} holds what was recorded. Nothing here
 * knows the product's own classes, so that a mistake made there is not repeated here.
 */
@NullMarked
package io.geminirelay.testing;

import org.jspecify.annotations.NullMarked;
