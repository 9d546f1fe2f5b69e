/**
 * Connections kept for reuse, per event loop and destination: requests for a lease come in, leases
 * on a connection or an HTTP/2 stream go out; a lease can fail because connecting did or because
 * all connections stayed busy.
 */
@NullMarked
package io.geminirelay.flow.outbound.pool;

import org.jspecify.annotations.NullMarked;
