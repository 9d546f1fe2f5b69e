package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Holds a listening socket and hands it over as file descriptor 3 to each process that it starts,
 * as a service manager does (sd_listen_fds(3)).
 */
final class SocketHolder implements AutoCloseable {
  /** Java cannot pass a descriptor on, Perl can. */
  private static final String PROGRAM =
      """
      use Socket; use POSIX;
      $^F = 9; # to be passed on
      socket(my $s, PF_INET, SOCK_STREAM, 0) or die; bind($s, sockaddr_in(0, INADDR_LOOPBACK)) or die;
      listen($s, 1024) or die;
      POSIX::dup2(fileno($s), 3) if fileno($s) != 3;
      $| = 1; print +(sockaddr_in(getsockname($s)))[0], "\\n";
      while (my $line = <STDIN>) {
        chomp $line; my ($do, $what) = split / /, $line, 2;
        if ($do eq 'start') {
          my $pid = fork;
          if (!$pid) {
            open(STDOUT, '>', $what); open(STDERR, '>&', \\*STDOUT); open(STDIN, '<', '/dev/null');
            $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1; exec @ARGV;
          }
          print "$pid\\n";
        } else {
          waitpid $what, 0; print $? >> 8, ' ', $? & 127, "\\n";
        }
      }
      """;

  private final Process process;
  private final Writer in;
  private final BufferedReader out;
  private final int port;
  private final List<Long> started = new ArrayList<>();

  /** Will start {@code command} with {@code environment} in {@code folder}. */
  SocketHolder(Path folder, List<String> command) throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/perl")), "/usr/bin/perl is not installed");
    List<String> all = new ArrayList<>(List.of("/usr/bin/perl", "-e", PROGRAM));
    all.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .directory(folder.toFile())
            .redirectError(folder.resolve("holder").toFile());
    builder.environment().put("LOG_LEVEL", "INFO");
    process = builder.start();
    in = process.outputWriter(StandardCharsets.UTF_8);
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    port = Integer.parseInt(out.readLine());
  }

  int port() {
    return port;
  }

  private String ask(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
    return out.readLine();
  }

  /** Starts one that writes to {@code log}; returns its process id. */
  long start(Path log) throws IOException {
    long pid = Long.parseLong(ask("start " + log));
    started.add(pid);
    return pid;
  }

  /** Sends SIGTERM. */
  void stop(long pid) {
    ProcessHandle.of(pid).orElseThrow().destroy();
  }

  /** Waits for the end, which has to be a good one. */
  void awaitGoodEnd(long pid) throws IOException {
    assertEquals("0 0", ask("wait " + pid), "exit code and signal");
  }

  /** Waits until {@code log} has {@code text}. */
  static void await(Path log, String text) {
    Rig.await(
        () -> {
          try {
            return Files.exists(log) && Files.readString(log).contains(text);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        text + " in " + log);
  }

  @Override
  public void close() {
    started.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
