package io.geminirelay.testing.sim;

/**
 * A request whose sender went away before the answer had ended.
 *
 * @param how {@code closed}, or {@code reset} with the HTTP/2 error code
 * @param nanoTime when it was noticed, on the scale of {@link System#nanoTime}
 * @param sentBytes body bytes that had been handed to the connection until then
 */
public record Cancelled(ReceivedRequest request, String how, long nanoTime, long sentBytes) {}
