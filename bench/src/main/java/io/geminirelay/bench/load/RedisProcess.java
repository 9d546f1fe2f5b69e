package io.geminirelay.bench.load;

import io.geminirelay.bench.load.proxy.RunningProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A {@code redis-server} that can be killed and started again on its port. Not thread safe. */
public final class RedisProcess implements AutoCloseable {
  private final int port;
  private final Path folder;
  private RunningProxy running;

  /** Starts it; nothing of it is written to {@code folder} unless it is told to. */
  public RedisProcess(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.port = RunningProxy.freePort();
    this.running = started();
  }

  private RunningProxy started() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                folder.toString()));
    Map<String, String> environment = builder.environment();
    environment.merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return new RunningProxy(builder.start(), port);
  }

  /** Where it is. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Ends it as a crash does. */
  public void kill() {
    running.kill();
  }

  /** Starts it again, empty. */
  public void start() throws IOException, InterruptedException {
    running = started();
  }

  @Override
  public void close() {
    running.close();
  }
}
