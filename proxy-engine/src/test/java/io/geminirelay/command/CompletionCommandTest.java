package io.geminirelay.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shell completion in a real bash, and help of every command. */
class CompletionCommandTest {
  @TempDir private Path folder;

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "bash is not installed");
    Ran ran = Ran.of("completion");
    assertEquals(0, ran.code());
    Path script = Files.writeString(folder.resolve("completion"), ran.out());
    String asked =
        """
        source "$1" || exit 9
        complete -p gemini-relay
        ask() {
          COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
          COMPREPLY=()
          "$(complete -p gemini-relay | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
          echo "${COMPREPLY[@]}"
        }
        ask gemini-relay st
        ask gemini-relay keys ver
        ask gemini-relay status --tok
        ask gemini-relay completion z
        """;
    Process bash =
        new ProcessBuilder("/bin/bash", "--norc", "-c", asked, "bash", script.toString())
            .redirectErrorStream(true)
            .start();
    bash.getOutputStream().close();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(bash.waitFor(20, TimeUnit.SECONDS), said);
    assertEquals(0, bash.exitValue(), said);
    assertTrue(said.contains("complete "), said);
    assertTrue(said.lines().anyMatch("status"::equals), said);
    assertTrue(said.lines().anyMatch("verify"::equals), said);
    assertTrue(said.contains("--token-file --token-env"), said);
    assertTrue(said.lines().anyMatch("zsh"::equals), said);
  }

  @Test
  void theZshScriptLoadsWhatBashCompletionNeeds() {
    assertTrue(Ran.of("completion", "zsh").out().startsWith("autoload -U +X compinit"));
    assertEquals(2, Ran.of("completion", "fish").code());
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command :
        new String[] {"serve", "check", "demo", "keys", "status", "bench", "completion"}) {
      Ran ran = Ran.of(command, "--help");
      assertEquals(0, ran.code(), command);
      assertTrue(ran.out().startsWith("Usage: gemini-relay " + command), ran.out());
      assertEquals("", ran.err());
    }
    assertTrue(Ran.of("keys", "verify", "--help").out().contains("Exit codes:"));
    assertTrue(Ran.of("bench").out().contains("scripts/bench --full"));
  }
}
