package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.command.Exit;
import java.util.Objects;
import java.util.concurrent.Callable;
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
    ReloadSignal signal = ReloadSignal.listen();
    Main command = Objects.requireNonNull(main);
    ConfigStore store = command.store();
    EngineConfig config = command.load(store).config();
    LogLevel.set(config.telemetry());
    Engine engine = Engine.of(config, store, TimeSource.SYSTEM);
    return serve(engine, signal, () -> {}, () -> {});
  }

  /**
   * Runs {@code engine} until SIGTERM or SIGINT has drained it; SIGHUP has it read its
   * configuration anew.
   *
   * @param signal listens since the process began: what came during the start is done after it
   * @param started told first
   * @param ended told last
   */
  static int serve(Engine engine, ReloadSignal signal, Runnable started, Runnable ended)
      throws Exception {
    try {
      engine.start().toCompletableFuture().get();
    } catch (java.util.concurrent.ExecutionException e) {
      engine.drain().toCompletableFuture().join();
      throw new IllegalStateException("cannot listen: " + e.getMessage(), e);
    }
    signal.follow(engine::reload);
    started.run();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(engine, ended), "drain"));
    engine.stopped().toCompletableFuture().get();
    return Exit.OK;
  }

  /** Holds the process until the last request is done, or the drain time is over. */
  private static void drain(Engine engine, Runnable ended) {
    engine.drain().toCompletableFuture().join();
    ended.run();
    LogLevel.close();
    // A stop by signal is a success; left alone, the JVM would end with 128 + the signal's number.
    Runtime.getRuntime().halt(Exit.OK);
  }
}
