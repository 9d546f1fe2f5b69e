package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Links to Redis that end, whatever is under way. */
class RedisLinksTest extends RedisStoreCase {
  /** Enough that each of the client's threads has some. */
  private static final int WAITING = 4;

  @Test
  void whatIsBeingConnectedEndsWithTheRest() throws Exception {
    RedisLinks links = new RedisLinks(RedisAddress.of(Secret.of(redis.url())));
    open(links).get(30, TimeUnit.SECONDS);
    int before = clients();
    redis.pause();
    List<CompletableFuture<RedisLink>> waiting = new ArrayList<>();
    for (int i = 0; i < WAITING; i++) {
      waiting.add(open(links));
    }
    CompletableFuture<Void> closed = links.close();
    closed.get(30, TimeUnit.SECONDS);
    redis.resume();
    RedisServer.await("nobody is left of " + before, () -> clients() == 1);
    // Of one that was turned away by an event loop at its end, nobody is told.
    assertTrue(
        waiting.stream().allMatch(each -> !each.isDone() || each.isCompletedExceptionally()),
        "nothing was connected");
  }

  private static CompletableFuture<RedisLink> open(RedisLinks links) {
    return links.open("a-channel", message -> {}).toCompletableFuture();
  }

  /** How many are connected, who asks among them. */
  private int clients() {
    return (int) redis.cli("CLIENT", "LIST").lines().filter(each -> !each.isBlank()).count();
  }
}
