/**
 * The door to what the gateway answers by itself: in come requests of routes that need no upstream,
 * and each goes, whole, to the pages of its route.
 */
@NullMarked
package io.geminirelay.side.local;

import org.jspecify.annotations.NullMarked;
