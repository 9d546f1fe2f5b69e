/**
 * The client's side of the wire: in come sockets, out go HTTP objects of one request at a time;
 * malformed, slow and surplus clients end here.
 */
@NullMarked
package io.geminirelay.flow.accept;

import org.jspecify.annotations.NullMarked;
