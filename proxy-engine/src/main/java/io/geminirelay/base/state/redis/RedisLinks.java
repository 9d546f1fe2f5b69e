package io.geminirelay.base.state.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens links to Redis: to one server, to the master that Sentinels name, or to a Cluster. Its
 * threads are its own, few and daemons. Nothing is kept for a connection that is away. Thread safe.
 */
final class RedisLinks {
  private static final int THREADS = 2;
  private static final int MOST_WAITING = 4_096;
  private static final long LONGEST_GOODBYE_MILLIS = 300;

  private final RedisAddress address;
  private final ClientResources resources;
  private final AbstractRedisClient client;
  private final LiveChannels channels = new LiveChannels();

  /** The last that was asked for: of those under way, if there are more, the one to wait for. */
  private volatile CompletableFuture<?> opening = CompletableFuture.completedFuture(null);

  RedisLinks(RedisAddress address) {
    this.address = address;
    this.resources =
        ClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .commandLatencyRecorder(CommandLatencyRecorder.disabled())
            .nettyCustomizer(channels)
            .reconnectDelay(
                Delay.fullJitter(
                    Duration.ofMillis(50), Duration.ofSeconds(1), 50, TimeUnit.MILLISECONDS))
            .build();
    if (address.cluster()) {
      RedisClusterClient made = RedisClusterClient.create(resources, address.uris());
      made.setOptions(clusterOptions());
      this.client = made;
    } else {
      RedisClient made = RedisClient.create(resources);
      made.setOptions(options(ClientOptions.builder()).autoReconnect(false).build());
      this.client = made;
    }
  }

  /** One of the threads, which may be used for what does not block. */
  ScheduledExecutorService thread() {
    return resources.eventExecutorGroup().next();
  }

  /**
   * Opens a link that listens to {@code channel}. To be opened anew when it is lost, but for a
   * Cluster's, whose connections come back by themselves.
   *
   * @param heard takes messages, on any thread
   */
  CompletionStage<RedisLink> open(String channel, Consumer<String> heard) {
    CompletableFuture<RedisLink> made = new CompletableFuture<>();
    // Before it begins: who closes meanwhile waits for it, or has closed what it needs.
    opening = made;
    try {
      CompletionStage<RedisLink> begun =
          client instanceof RedisClusterClient cluster
              ? openCluster(cluster, channel, heard)
              : openSingle((RedisClient) client, channel, heard);
      var unused = begun.whenComplete((link, failure) -> end(made, link, failure));
    } catch (RuntimeException e) {
      made.completeExceptionally(e);
    }
    return made;
  }

  private static void end(
      CompletableFuture<RedisLink> made, @Nullable RedisLink link, @Nullable Throwable failure) {
    if (failure == null) {
      made.complete(link);
    } else {
      made.completeExceptionally(failure);
    }
  }

  private CompletionStage<RedisLink> openSingle(
      RedisClient single, String channel, Consumer<String> heard) {
    RedisURI uri = address.uris().get(0);
    return single
        .connectAsync(StringCodec.UTF8, uri)
        .thenCompose(
            connection ->
                single
                    .connectPubSubAsync(StringCodec.UTF8, uri)
                    .thenCompose(listening -> listen(listening, channel, heard))
                    .thenApply(
                        listening -> new RedisLink(connection, connection.async(), listening))
                    .whenComplete((link, failure) -> closeIf(failure, connection)));
  }

  private CompletionStage<RedisLink> openCluster(
      RedisClusterClient cluster, String channel, Consumer<String> heard) {
    return cluster
        .refreshPartitionsAsync()
        .thenCompose(none -> cluster.connectAsync(StringCodec.UTF8))
        .thenCompose(
            connection ->
                cluster
                    .connectPubSubAsync(StringCodec.UTF8)
                    .thenCompose(listening -> listen(listening, channel, heard))
                    .thenApply(
                        listening -> new RedisLink(connection, connection.async(), listening))
                    .whenComplete((link, failure) -> closeIf(failure, connection)));
  }

  private static CompletionStage<StatefulRedisPubSubConnection<String, String>> listen(
      StatefulRedisPubSubConnection<String, String> listening,
      String channel,
      Consumer<String> heard) {
    listening.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String from, String message) {
            heard.accept(message);
          }
        });
    return listening
        .async()
        .subscribe(channel)
        .thenApply(none -> listening)
        .whenComplete((same, failure) -> closeIf(failure, listening));
  }

  private static void closeIf(
      @Nullable Throwable failure, StatefulConnection<String, String> connection) {
    if (failure != null) {
      var unused = connection.closeAsync();
    }
  }

  /**
   * Ends everything; completes when that is done. What is being connected ends first, by itself: an
   * event loop that ends does not close all that is registered with it, and what is registered with
   * it at its very end it never closes.
   */
  CompletableFuture<Void> close() {
    return channels
        .close()
        .thenCompose(none -> opening.handle((made, failure) -> made != null))
        .orTimeout(LONGEST_GOODBYE_MILLIS, TimeUnit.MILLISECONDS)
        .handle((made, late) -> late == null)
        .thenCompose(inTime -> client.shutdownAsync(0, 500, TimeUnit.MILLISECONDS))
        .thenRun(
            () -> {
              var unused = resources.shutdown(0, 500, TimeUnit.MILLISECONDS);
            });
  }

  private ClientOptions.Builder options(ClientOptions.Builder builder) {
    SslOptions.Builder tls = SslOptions.builder().jdkSslProvider();
    if (address.caFile() != null) {
      tls.trustManager(address.caFile().toFile());
    }
    return builder
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        // What was on its way when a connection ended is not sent again: who asked has gone on.
        .replayFilter(command -> true)
        .requestQueueSize(MOST_WAITING)
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(RedisAddress.PATIENCE)
                .keepAlive(true)
                .tcpNoDelay(true)
                .build())
        .timeoutOptions(TimeoutOptions.enabled(RedisAddress.ANSWER_PATIENCE))
        .sslOptions(tls.build());
  }

  private ClusterClientOptions clusterOptions() {
    ClusterClientOptions.Builder builder = ClusterClientOptions.builder();
    options(builder);
    return builder
        // Connections to nodes are made when they are first needed: what is sent then waits for
        // them, as briefly as for an answer.
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.DEFAULT)
        .topologyRefreshOptions(
            ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(Duration.ofSeconds(30))
                .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                .build())
        .validateClusterNodeMembership(false)
        .build();
  }
}
