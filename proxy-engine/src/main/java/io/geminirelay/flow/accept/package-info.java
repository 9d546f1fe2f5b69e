/**
 * What stands before the first request stage: sockets, TLS, protocol choice, strict decoding, order
 * and time limits. In come bytes of clients, out go HTTP objects of one request at a time; a
 * request that breaks a rule comes as a head or a content whose decoder result holds a {@link
 * io.geminirelay.base.fault.FaultException}, and nothing of that connection is read after it.
 */
@NullMarked
package io.geminirelay.flow.accept;

import org.jspecify.annotations.NullMarked;
