/**
 * Who may ask, and how much: in come classified requests, out go those of known clients with a body
 * of bearable size and no more tokens than allowed; everything else is answered here and costs
 * nothing upstream.
 */
@NullMarked
package io.geminirelay.flow.guard;

import org.jspecify.annotations.NullMarked;
