package io.geminirelay;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.config.ServiceVariables;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.service.HandedSocket;
import io.geminirelay.command.Exit;
import java.io.PrintWriter;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** A process that serves until a signal stops it, from its configuration to its exit code. */
final class Serving {
  private Serving() {}

  /**
   * Serves what {@code store} holds.
   *
   * @param err for warnings
   * @return the exit code
   */
  static int run(ConfigStore store, PrintWriter err) throws Exception {
    return run(store, err, ServiceVariables.ofProcess(), engine -> {});
  }

  /**
   * The same.
   *
   * @param service what the service manager has told
   * @param started told of the engine when it serves
   */
  static int run(
      ConfigStore store, PrintWriter err, ServiceVariables service, Consumer<Engine> started)
      throws Exception {
    Headstart headstart = Headstart.begin();
    ProcessSignals signals = ProcessSignals.listen();
    EngineConfig config = load(store, err).config();
    LogLevel.set(config.telemetry());
    HandedSocket handed = HandedSocket.of(service.sockets());
    Engine engine = Engine.of(config, store, TimeSource.SYSTEM, handed);
    headstart.over();
    return run(engine, ServiceLink.of(engine, service), signals, () -> started.accept(engine));
  }

  /** Loads the configuration of {@code store}, with its warnings on {@code err}. */
  static Loaded load(ConfigStore store, PrintWriter err) throws ConfigException {
    Loaded loaded = store.load();
    loaded.warnings().forEach(warning -> err.println("warning: " + warning));
    err.flush();
    return loaded;
  }

  /**
   * Runs {@code engine} until SIGTERM or SIGINT has drained it; SIGHUP has it read its
   * configuration anew.
   *
   * @param link told what the engine does
   * @param signals have been listened to since the process began: a stop during the start ends it,
   *     a reload is done after it
   * @param started told first
   */
  static int run(Engine engine, ServiceLink link, ProcessSignals signals, Runnable started)
      throws Exception {
    signals.stop().follow(() -> stop(engine, link));
    try {
      engine.start().toCompletableFuture().get();
      link.ready();
      signals.reload().follow(() -> engine.reload(link::reloading, link::reloaded));
      started.run();
    } catch (ExecutionException e) {
      endFailedStart(engine, link, e);
    }
    engine.stopped().toCompletableFuture().get();
    link.close();
    return Exit.OK;
  }

  private static void stop(Engine engine, ServiceLink link) {
    var unused = engine.drain();
    link.stopping();
  }

  /** Returns if it was a signal that let the start fail. */
  private static void endFailedStart(Engine engine, ServiceLink link, ExecutionException failure) {
    if (engine.state().compareTo(Engine.State.DRAINING) < 0) {
      link.failed("cannot listen: " + failure.getMessage());
      engine.drain().toCompletableFuture().join();
      link.close();
      throw new IllegalStateException("cannot listen: " + failure.getMessage(), failure);
    }
  }
}
