/**
 * Who waits for a key to come back, and whose turn it is: in come requests that found none, out go
 * those that a key was found for, or whose time was over. Driven by one owner; no thread of its
 * own.
 */
@NullMarked
package io.geminirelay.flow.keys.wait;

import org.jspecify.annotations.NullMarked;
