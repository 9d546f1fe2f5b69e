/**
 * How many tokens a text has: in come the bytes of texts, out comes a count, estimated or exact.
 */
@NullMarked
package io.geminirelay.base.tokens;

import org.jspecify.annotations.NullMarked;
