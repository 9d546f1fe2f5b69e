package io.geminirelay.flow.interpret;

import io.geminirelay.base.fault.Fault;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/**
 * One exchange in a request form of the gateway's own: made for its head, used on the client's
 * event loop, released at the end of the answer or when the client leaves, whichever is first.
 *
 * <p>Requests are passed on, inbound, in Google's form; answers are written, outbound, in the
 * dialect's. A promise that comes with a message is completed by the last write made for it.
 */
interface Dialect {

  /** A piece of the request's body, the last one included. Takes ownership. */
  void takeRequest(HttpContent piece);

  /** The head of Google's answer. */
  void answer(HttpResponse head, ChannelPromise promise);

  /** A piece of Google's answer, the last one included. Takes ownership. */
  void takeAnswer(HttpContent piece, ChannelPromise promise);

  /** Google's answer has broken off. */
  void broken(Fault fault, ChannelPromise promise);

  /** Lets go of everything. */
  void release();
}
