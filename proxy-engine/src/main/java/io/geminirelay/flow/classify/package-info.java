/**
 * What a request means: in comes a head, out goes the same head with its route, path and model on
 * the exchange; a path nobody serves, or one written to mislead, is refused here.
 */
@NullMarked
package io.geminirelay.flow.classify;

import org.jspecify.annotations.NullMarked;
