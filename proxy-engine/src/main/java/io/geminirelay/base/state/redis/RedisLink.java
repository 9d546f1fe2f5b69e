package io.geminirelay.base.state.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/**
 * Two connections to Redis: one for commands, one that listens. Both end together. Thread safe.
 *
 * @param connection for commands
 * @param commands over it
 * @param listening the one that listens
 */
record RedisLink(
    StatefulConnection<String, String> connection,
    RedisScriptingAsyncCommands<String, String> commands,
    StatefulRedisPubSubConnection<String, String> listening) {

  /** Runs {@code lost} on any thread when one of the connections ends. */
  void onLoss(Runnable lost) {
    RedisConnectionStateListener listener =
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
            lost.run();
          }
        };
    connection.addListener(listener);
    listening.addListener(listener);
    if (!connection.isOpen() || !listening.isOpen()) {
      lost.run();
    }
  }

  /** Ends both; does not wait for it. */
  void close() {
    var unusedOne = connection.closeAsync();
    var unusedOther = listening.closeAsync();
  }
}
