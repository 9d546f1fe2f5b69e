/**
 * The soak: running gateways under mixed load while upstreams, exits, keys and configuration break
 * by a plan that follows from a seed. In go a length, a rate and a seed; out comes whether every
 * request came to what it had to, was accounted for once, and whether anything was kept that should
 * have been given back.
 */
@NullMarked
package io.geminirelay.bench.soak;

import org.jspecify.annotations.NullMarked;
