package io.geminirelay.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live view in a real terminal, which tmux plays. */
class StatusTerminalTest {
  @TempDir private Path folder;
  private final Semaphore changes = new Semaphore(0);
  private AdminServer gateway;
  private Process watch;

  @BeforeEach
  void start() throws Exception {
    boolean there =
        List.of("/usr/bin/tmux", "/bin/tmux", "/usr/local/bin/tmux").stream()
            .anyMatch(path -> Files.isExecutable(Path.of(path)));
    Assumptions.assumeTrue(there, "tmux is not installed");
    gateway = new AdminServer(0);
    Files.writeString(folder.resolve("token"), AdminServer.TOKEN);
    // An argument file: the class path is longer than what should be typed.
    Files.writeString(
        folder.resolve("arguments"),
        // What starts soonest, as much of this test's time goes by until the program is there.
        "-Xmx128m\n-XX:TieredStopAtLevel=1\n-XX:+UseSerialGC\n-Xshare:auto\n-cp\n\""
            + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
            + "\"\nio.geminirelay.Main\n");
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "/bin/bash --norc");
    watchScreen();
    // Without a prompt of its own, what is on the screen comes from the commands alone.
    type("PS1='ready> '; clear");
    await(screen -> screen.startsWith("ready>"));
  }

  @AfterEach
  void stop() throws Exception {
    if (gateway != null) {
      tmux("kill-server");
      watch.destroy();
      gateway.close();
    }
  }

  /** A second client, which tmux tells of whatever is written to the screen. */
  private void watchScreen() throws IOException {
    watch =
        new ProcessBuilder("tmux", "-S", folder + "/socket", "-C", "attach", "-f", "ignore-size")
            .redirectErrorStream(true)
            .start();
    BufferedReader told = watch.inputReader(StandardCharsets.UTF_8);
    Thread thread =
        new Thread(() -> told.lines().forEach(line -> changes.release()), "screen-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private String tmux(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tmux", "-S", folder + "/socket"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  private void type(String line) throws Exception {
    tmux("send-keys", "-l", line);
    tmux("send-keys", "Enter");
  }

  private String screen() throws Exception {
    return tmux("capture-pane", "-p");
  }

  /** Looks whenever something was written; a look is a process of its own, and dear. */
  private String await(Predicate<String> wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    String screen = screen();
    while (!wanted.test(screen)) {
      boolean changed = changes.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertTrue(changed && System.nanoTime() - end < 0, "the screen stayed:\n" + screen);
      changes.drainPermits();
      screen = screen();
    }
    return screen;
  }

  private void startStatus(String... before) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    type(
        "stty -g > before; "
            + String.join(" ", before)
            + " "
            + java
            + " @arguments status --url "
            + gateway.url()
            + " --token-file token --interval 200ms; printf 'ended:%s\\n' $?; stty -g > after");
  }

  private void enterFolder() throws Exception {
    type("cd " + folder + "; clear");
    await(screen -> screen.startsWith("ready>") && !screen.contains("cd "));
  }

  /** What was on the screen before is there again, the cursor too, and keys echo as before. */
  private void assertLeftClean(int code) throws Exception {
    String screen = await(text -> text.matches("(?s).*ended:\\d.*"));
    assertTrue(screen.contains("ended:" + code), screen);
    assertFalse(screen.contains("gemini-relay 9.9.9"), screen);
    await(text -> text.stripTrailing().endsWith("ready>"));
    assertEquals("1", tmux("display-message", "-p", "#{cursor_flag}").strip());
    assertEquals("0", tmux("display-message", "-p", "#{alternate_on}").strip());
    assertEquals(
        Files.readString(folder.resolve("before")), Files.readString(folder.resolve("after")));
  }

  @Test
  void drawsInPlaceFollowsTheSizeFindsTheGatewayAgainAndQuits() throws Exception {
    enterFolder();
    startStatus();
    String first = await(screen -> screen.contains("gemini-relay 9.9.9"));
    assertTrue(first.contains("q quits"), first);
    assertTrue(tmux("capture-pane", "-p", "-e").contains("\u001b[31m"), "no colours");
    gateway.set("overview", "{\"version\":\"10\",\"status\":\"draining\"}");
    String next = await(screen -> screen.contains("gemini-relay 10 "));
    assertFalse(next.contains("9.9.9"), next);
    tmux("resize-window", "-x", "40", "-y", "8");
    await(
        screen ->
            screen.lines().toList().size() >= 8
                && screen.lines().toList().get(7).equals("q quits"));
    int port = gateway.port();
    gateway.close();
    String lost = await(screen -> screen.startsWith("gateway lost"));
    assertTrue(lost.contains("draining"), "what was known stays: " + lost);
    gateway = new AdminServer(port);
    await(screen -> screen.startsWith("gemini-relay 9.9.9"));
    tmux("send-keys", "q");
    assertLeftClean(0);
  }

  @Test
  void leavesTheTerminalAsItWasWhenInterruptedAndHasNoColoursWhereUnwanted() throws Exception {
    enterFolder();
    startStatus("NO_COLOR=1");
    await(screen -> screen.contains("gemini-relay 9.9.9"));
    assertFalse(tmux("capture-pane", "-p", "-e").contains("\u001b["), "colours");
    tmux("send-keys", "C-c");
    assertLeftClean(0);
  }

  @Test
  void leavesTheTerminalAsItWasWhenItIsTerminated() throws Exception {
    enterFolder();
    startStatus();
    await(screen -> screen.contains("gemini-relay 9.9.9"));
    String shell = tmux("display-message", "-p", "#{pane_pid}").strip();
    ProcessHandle.of(Long.parseLong(shell))
        .orElseThrow()
        .children()
        .forEach(ProcessHandle::destroy);
    assertLeftClean(143);
  }

  @Test
  void isPlainTextWhereItsOutputIsNoTerminal() throws Exception {
    enterFolder();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    type(
        "clear; "
            + java
            + " @arguments status --url "
            + gateway.url()
            + " --token-file token > plain; printf 'ended:%s\\n' $?");
    await(screen -> screen.contains("ended:0"));
    String plain = Files.readString(folder.resolve("plain"));
    assertTrue(plain.contains("gemini-relay 9.9.9"), plain);
    assertFalse(plain.contains("\u001b"), plain);
  }
}
