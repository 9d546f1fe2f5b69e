package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.ServiceVariables;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.service.HandedSocket;
import io.geminirelay.command.Exit;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Serves until a signal stops it. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Serve; this is also what happens without a command.")
final class ServeCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;

  /** For picocli, which sets the parent. */
  ServeCommand() {}

  ServeCommand(Main main) {
    this.main = main;
  }

  @Override
  public Integer call() throws Exception {
    ProcessSignals signals = ProcessSignals.listen();
    Main command = Objects.requireNonNull(main);
    ConfigStore store = command.store();
    EngineConfig config = command.load(store).config();
    LogLevel.set(config.telemetry());
    ServiceVariables service = ServiceVariables.ofProcess();
    HandedSocket handed = HandedSocket.of(service.sockets());
    Engine engine = Engine.of(config, store, TimeSource.SYSTEM, handed);
    return serve(engine, ServiceLink.of(engine, service), signals, () -> {});
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
  static int serve(Engine engine, ServiceLink link, ProcessSignals signals, Runnable started)
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
