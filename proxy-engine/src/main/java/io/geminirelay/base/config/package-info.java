/**
 * What the operator may set: one immutable record per concern, and the loader that makes them
 * whole.
 */
@NullMarked
package io.geminirelay.base.config;

import org.jspecify.annotations.NullMarked;
