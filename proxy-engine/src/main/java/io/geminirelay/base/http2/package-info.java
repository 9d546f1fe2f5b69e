/**
 * How many frames the other side of an HTTP/2 connection may send, whichever side it is: the codec
 * knows limits for some of them only.
 */
@NullMarked
package io.geminirelay.base.http2;

import org.jspecify.annotations.NullMarked;
