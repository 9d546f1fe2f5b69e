/**
 * How many tokens a text has: in come the bytes of texts, out comes a count, estimated or exact.
 * And how many a whole request has, of which texts are a part: see {@link
 * io.geminirelay.base.tokens.TokenWalk}.
 */
@NullMarked
package io.geminirelay.base.tokens;

import org.jspecify.annotations.NullMarked;
