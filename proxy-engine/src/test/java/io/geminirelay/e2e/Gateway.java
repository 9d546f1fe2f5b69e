package io.geminirelay.e2e;

import io.geminirelay.Engine;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A whole gateway on a free port of this machine, from a YAML text, as the command starts it. */
final class Gateway implements AutoCloseable {
  private final Engine engine;
  private final @Nullable Path folder;

  private Gateway(Engine engine, @Nullable Path folder) {
    this.engine = engine;
    this.folder = folder;
  }

  /** Starts one; {@code server} settings are added unless the text has its own. */
  static Gateway start(String yaml) throws Exception {
    return start(yaml, TimeSource.SYSTEM);
  }

  static Gateway start(String yaml, TimeSource time) throws Exception {
    Path folder = Files.createTempDirectory("gateway");
    try {
      String server = yaml.contains("server:") ? "" : "server: {port: 0, drain_timeout_secs: 5}\n";
      Path file = Files.writeString(folder.resolve("config.yaml"), server + yaml);
      return new Gateway(started(file, Map.of(), time), folder);
    } catch (Exception | Error e) {
      delete(folder);
      throw e;
    }
  }

  /** One that takes its buffers from {@code buffers}. */
  static Gateway start(String yaml, ByteBufAllocator buffers) throws Exception {
    Path folder = Files.createTempDirectory("gateway");
    try {
      Path file = Files.writeString(folder.resolve("config.yaml"), yaml);
      ConfigSource source = new ConfigSource(file, Path.of(""), Map.of());
      Engine engine =
          Engine.of(new ConfigStore(source).load().config(), TimeSource.SYSTEM, buffers);
      engine.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
      return new Gateway(engine, folder);
    } catch (Exception | Error e) {
      delete(folder);
      throw e;
    }
  }

  /** One whose configuration is {@code file} and stays there. */
  static Gateway stored(Path file) throws Exception {
    return stored(file, Map.of());
  }

  /** The same with variables. */
  static Gateway stored(Path file, Map<String, String> environment) throws Exception {
    return new Gateway(started(file, environment, TimeSource.SYSTEM), null);
  }

  private static Engine started(Path file, Map<String, String> environment, TimeSource time)
      throws Exception {
    ConfigStore store = new ConfigStore(new ConfigSource(file, Path.of(""), environment));
    Engine engine = Engine.of(store.load().config(), store, time);
    engine.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
    return engine;
  }

  private static void delete(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve("config.yaml"));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Engine engine() {
    return engine;
  }

  int port() {
    return engine.port();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  @Override
  public void close() {
    engine.drain().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    if (folder != null && Files.exists(folder)) {
      delete(folder);
    }
  }
}
