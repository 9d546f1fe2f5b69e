/**
 * Bytes that client and upstream of a load run agree on: ends of messages, events, HTTP/2 frames.
 */
@NullMarked
package io.geminirelay.bench.load.wire;

import org.jspecify.annotations.NullMarked;
