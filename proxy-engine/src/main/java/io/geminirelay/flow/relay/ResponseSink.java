package io.geminirelay.flow.relay;

import io.geminirelay.base.fault.Fault;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Takes the events of one upstream answer, in order: head, then chunks, then end; or broken at any
 * point, after which nothing follows. Called on the connection's event loop.
 */
public interface ResponseSink {

  /** The head of the final answer; interim (1xx) answers are not passed on. */
  void head(HttpResponse head);

  /** A piece of body. Takes ownership. */
  void take(HttpContent chunk);

  /** The end of the body, with its last piece and trailers. Takes ownership. */
  void takeLast(LastHttpContent last);

  /** Everything that one read brought has been handed over: the moment to flush and read on. */
  void readComplete();

  /** The upstream connection can take more request bytes, or no longer can. */
  void writabilityChanged(boolean writable);

  /** The answer will not be completed: connection closed, stream reset, or malformed. */
  void broken(Fault fault);
}
