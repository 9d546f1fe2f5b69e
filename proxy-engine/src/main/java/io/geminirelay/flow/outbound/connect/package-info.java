/**
 * Opening of upstream connections: a destination comes in, a connected channel with its HTTP
 * version goes out, and each stage (name, TCP, egress hop, TLS) can fail with a fault of its own.
 */
@NullMarked
package io.geminirelay.flow.outbound.connect;

import org.jspecify.annotations.NullMarked;
