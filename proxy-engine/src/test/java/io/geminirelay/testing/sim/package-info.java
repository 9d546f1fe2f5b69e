/**
 * The parts of the Gemini simulator, in the order a request meets them: connection set-up, one
 * handler for each protocol version, the script, the API with its credentials and quotas, and the
 * playback of the chosen answer. What can go wrong is what a test scripted to go wrong.
 */
@NullMarked
package io.geminirelay.testing.sim;

import org.jspecify.annotations.NullMarked;
