package io.geminirelay.e2e;

import io.geminirelay.Engine;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A whole gateway on a free port of this machine, from a YAML text, as the command starts it. */
final class Gateway implements AutoCloseable {
  private final Engine engine;

  private Gateway(Engine engine) {
    this.engine = engine;
  }

  /** Starts one; {@code server} settings are added unless the text has its own. */
  static Gateway start(String yaml) throws Exception {
    return start(yaml, TimeSource.SYSTEM);
  }

  static Gateway start(String yaml, TimeSource time) throws Exception {
    Path file = Files.createTempFile("gateway", ".yaml");
    try {
      String server = yaml.contains("server:") ? "" : "server: {port: 0, drain_timeout_secs: 5}\n";
      Files.writeString(file, server + yaml);
      Engine engine =
          Engine.of(
              ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config(), time);
      engine.start().toCompletableFuture().get(10, TimeUnit.SECONDS);
      return new Gateway(engine);
    } finally {
      Files.delete(file);
    }
  }

  /** Starts one whose configuration, {@code file}, it can change while it runs. */
  static Gateway stored(Path file) throws Exception {
    ConfigStore store = new ConfigStore(new ConfigSource(file, Path.of(""), Map.of()));
    Engine engine = Engine.of(store.load().config(), store, TimeSource.SYSTEM);
    engine.start().toCompletableFuture().get(10, TimeUnit.SECONDS);
    return new Gateway(engine);
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
    engine.drain().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
