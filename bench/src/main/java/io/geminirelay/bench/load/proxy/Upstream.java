package io.geminirelay.bench.load.proxy;

import io.geminirelay.bench.load.upstream.UpstreamMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process that answers, and where it does. */
public final class Upstream implements AutoCloseable {
  private final RunningProxy process;
  private final int tlsPort;
  private final TlsFiles tls;

  /** Starts it; its certificate goes to {@code folder}. */
  public Upstream(Path folder) throws IOException, InterruptedException {
    tls = TlsFiles.in(folder);
    tlsPort = RunningProxy.freePort();
    int port = RunningProxy.freePort();
    List<String> line = new ArrayList<>(java());
    line.add(UpstreamMain.class.getName());
    line.add(Integer.toString(port));
    line.add(Integer.toString(tlsPort));
    line.add(tls.certificate().toString());
    line.add(tls.key().toString());
    Process started =
        new ProcessBuilder(line)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    process = new RunningProxy(started, port);
  }

  private static List<String> java() {
    return List.of(
        ProcessHandle.current().info().command().orElse("java"),
        "-XX:+UseSerialGC",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        // Under a test runner the path is in a property of its own.
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
  }

  /** Where it speaks plainly: HTTP/1.1, and HTTP/2 to those who begin with it. */
  public int port() {
    return process.port();
  }

  /** Where it speaks the same with TLS, as ALPN agrees. */
  public int tlsPort() {
    return tlsPort;
  }

  /** The process. */
  public RunningProxy process() {
    return process;
  }

  /** Its certificate. */
  public TlsFiles tls() {
    return tls;
  }

  @Override
  public void close() {
    process.close();
  }
}
