/**
 * The byte machines that read along with passing bodies and touch nothing.
 *
 * <p>In: ranges of {@link io.netty.buffer.ByteBuf}s, cut anywhere. Out: the few facts the engine
 * needs (which model, how many tokens, did it finish, was it an error). They read by absolute
 * index, move no index, keep no buffer, allocate nothing while a healthy body passes, and hold
 * memory of fixed size. Malformed input never throws: it is remembered as such and reading goes on.
 * {@link io.geminirelay.base.scan.KeyScrub} is the one class here that makes a new body, and only
 * for small error bodies that name a key.
 */
@NullMarked
package io.geminirelay.base.scan;

import org.jspecify.annotations.NullMarked;
