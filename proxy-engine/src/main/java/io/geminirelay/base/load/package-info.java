/**
 * How much of what the gateway runs on is in use, and what it does about it: samples come in,
 * several times a second, out goes a step that each request reads once. Nothing here is waited for.
 */
@NullMarked
package io.geminirelay.base.load;

import org.jspecify.annotations.NullMarked;
