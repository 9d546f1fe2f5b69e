package io.geminirelay.flow.outbound;

import io.netty.channel.Channel;

/** Tasks in which an exchange goes on outside of any event of its channel. */
final class Continuation {
  private Continuation() {}

  /** {@code task}; what it throws goes to the handlers of {@code client}, as in an event. */
  static Runnable of(Channel client, Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        client.pipeline().fireExceptionCaught(e);
      }
    };
  }
}
