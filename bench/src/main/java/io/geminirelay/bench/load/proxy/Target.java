package io.geminirelay.bench.load.proxy;

import io.geminirelay.bench.load.plan.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that clients can be sent to: a proxy that runs, or the upstream itself. */
public final class Target implements AutoCloseable {
  private final Proxy proxy;
  private final Setup setup;
  private final @Nullable RunningProxy process;
  private final @Nullable LogFile log;

  private Target(Proxy proxy, Setup setup, @Nullable RunningProxy process, @Nullable LogFile log) {
    this.proxy = proxy;
    this.setup = setup;
    this.process = process;
    this.log = log;
  }

  /** Starts {@code proxy}. */
  public static Target start(Proxy proxy, Start how) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(how.folder(), proxy.label());
    Setup setup = Setup.of(how.upstream(), how.keys(), folder);
    if (proxy == Proxy.DIRECT) {
      return new Target(proxy, setup, null, null);
    }
    Path config = proxy.configure(setup);
    List<String> command = proxy.command(config);
    if (proxy == Proxy.GATEWAY && !how.gateway().isEmpty()) {
      command = new ArrayList<>(how.gateway());
      command.addAll(List.of("--config", config.toString()));
    }
    ProcessBuilder builder = Proxy.builder(Setup.pinned(how.core(), command));
    LogFile log = null;
    if (proxy == Proxy.GATEWAY) {
      log = LogFile.create();
      builder.redirectErrorStream(true).redirectOutput(log.redirect());
    } else {
      builder.inheritIO();
    }
    RunningProxy process = new RunningProxy(builder.start(), setup.port(Route.PLAIN));
    return new Target(proxy, setup, process, log);
  }

  /** What it is. */
  public Proxy proxy() {
    return proxy;
  }

  /** Where clients of this route connect to. */
  public int port(Route route) {
    if (proxy == Proxy.DIRECT) {
      return setup.upstream().port();
    }
    // The gateway tells routes apart by protocol and model.
    return setup.port(proxy == Proxy.GATEWAY ? Route.PLAIN : route);
  }

  /** What it has used up to now; null where there is no process but the upstream. */
  public @Nullable RunningProxy process() {
    return process;
  }

  /** Where the gateway writes a line for each request; null of all others. */
  public @Nullable LogFile log() {
    return log;
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
    if (log != null) {
      log.close();
    }
  }
}
