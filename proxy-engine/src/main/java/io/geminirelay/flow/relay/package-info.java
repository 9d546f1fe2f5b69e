/**
 * Answers on their way from Google to the client: in come HTTP objects of one upstream exchange,
 * out go the same buffers; an answer may break off at any byte.
 */
@NullMarked
package io.geminirelay.flow.relay;

import org.jspecify.annotations.NullMarked;
