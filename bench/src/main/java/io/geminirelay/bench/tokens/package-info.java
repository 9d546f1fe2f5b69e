/**
 * Calibrates the token estimate and measures its error. In go texts whose token counts are known;
 * out come the weights' file and a table of errors. Missing texts end the program with a message.
 */
@NullMarked
package io.geminirelay.bench.tokens;

import org.jspecify.annotations.NullMarked;
