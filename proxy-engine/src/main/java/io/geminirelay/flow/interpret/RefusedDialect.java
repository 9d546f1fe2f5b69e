package io.geminirelay.flow.interpret;

import io.geminirelay.base.fault.Fault;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/** A request for a mode that does not exist, refused at its head: nothing of it goes further. */
final class RefusedDialect implements Dialect {
  @Override
  public void takeRequest(HttpContent piece) {
    piece.release();
  }

  @Override
  public void answer(HttpResponse head, ChannelPromise promise) {
    promise.trySuccess();
  }

  @Override
  public void takeAnswer(HttpContent piece, ChannelPromise promise) {
    piece.release();
    promise.trySuccess();
  }

  @Override
  public void broken(Fault fault, ChannelPromise promise) {
    promise.trySuccess();
  }

  @Override
  public void release() {}
}
