package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.TestClient;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway listens on a socket that the service manager has opened. */
class SocketActivationTest {
  @TempDir Path folder;
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());

  @AfterEach
  void stop() {
    google.close();
  }

  private List<String> command(String server) throws Exception {
    String config = GatewayProcess.config(google.baseUrl()).replace("port: 0", server);
    Path file = Files.writeString(folder.resolve("relay.yaml"), config);
    return GatewayProcess.command("serve", "-c", file.toString());
  }

  private static int status(int port) {
    try (TestClient client = TestClient.connect(port)) {
      return client.post(Rig.UNARY, Rig.BODY).status();
    }
  }

  /** Who comes while none is there waits for the next one, as the socket is not closed with it. */
  @Test
  void aRestartRefusesNobody() throws Exception {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    try (SocketHolder holder = new SocketHolder(folder, command("port: 9"))) {
      long one = holder.start(first);
      Newcomers newcomers = new Newcomers(holder.port(), 4);
      newcomers.awaitMore(50);
      assertTrue(Files.readString(first).contains("not on 127.0.0.1:9 of the configuration"));
      holder.stop(one);
      holder.awaitGoodEnd(one);
      int before = newcomers.served();
      long two = holder.start(second);
      newcomers.awaitMore(50);
      assertEquals(List.of(), newcomers.stop());
      assertTrue(newcomers.served() >= before + 50);
      Files.writeString(
          folder.resolve("relay.yaml"),
          Files.readString(folder.resolve("relay.yaml")).replace("port: 9", "port: 10"));
      SocketHolder.await(second, "a restart is needed for server.port");
      assertEquals(200, status(holder.port()));
      holder.stop(two);
      holder.awaitGoodEnd(two);
    }
  }

  @Test
  void systemdsOwnProgramHandsItOver() throws Exception {
    File program = new File("/usr/bin/systemd-socket-activate");
    Assumptions.assumeTrue(program.canExecute(), program + " is not installed");
    int port = ExitProgram.freePort();
    List<String> command =
        new ArrayList<>(
            List.of(program.toString(), "-l", "127.0.0.1:" + port, "-E", "LOG_LEVEL=INFO"));
    command.addAll(command("port: 9"));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try (GatewayProcess gateway = new GatewayProcess(folder, process)) {
      gateway.awaitLine("Listening on 127.0.0.1:" + port);
      // The first to connect has it started.
      assertEquals(200, status(port));
      gateway.signal("TERM");
      assertEquals(0, gateway.awaitEnd());
    }
  }

  /** Nothing of this needs more than the begin of a start. */
  @Test
  void whatCannotBeListenedOnIsExplained() throws Exception {
    Path log = folder.resolve("nio");
    try (SocketHolder holder = new SocketHolder(folder, command("transport: nio"))) {
      holder.start(log);
      SocketHolder.await(log, "server.transport: nio cannot listen on the socket");
    }
    String shell = "export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\" 3</dev/null";
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", shell, "sh"));
    command.addAll(command("port: 9"));
    Path other = folder.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(other.toFile())
            .start();
    try (GatewayProcess gateway = new GatewayProcess(folder, process)) {
      assertEquals(1, gateway.awaitEnd());
      assertTrue(gateway.log().contains("no listening TCP socket"), gateway::log);
    }
  }
}
