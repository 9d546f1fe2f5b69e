/**
 * Verifying keys by a real call: in come keys, out go results, and the ring learns which keys
 * Google accepts. What goes wrong on the way is a result, too.
 */
@NullMarked
package io.geminirelay.flow.outbound.check;

import org.jspecify.annotations.NullMarked;
