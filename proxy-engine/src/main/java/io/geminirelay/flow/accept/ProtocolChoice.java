package io.geminirelay.flow.accept;

/**
 * The two pipelines a connection may get.
 *
 * @param http1 HTTP/1.0 and 1.1
 * @param http2 HTTP/2
 */
record ProtocolChoice(Http1Connection http1, Http2Connection http2) {}
