/**
 * What the other side of an HTTP/2 connection may send, whichever side it is: how many frames,
 * where the codec knows limits for some of them only, and of which types.
 */
@NullMarked
package io.geminirelay.base.http2;

import org.jspecify.annotations.NullMarked;
