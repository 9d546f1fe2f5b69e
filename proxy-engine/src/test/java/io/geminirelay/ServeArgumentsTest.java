package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServeArgumentsTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "serve"})
  void nothingOrServeServesWhatIsFound(String line) {
    assertEquals(new ServeArguments(null), ServeArguments.of(words(line)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-c a.yaml",
        "--config a.yaml",
        "--config=a.yaml",
        "serve -c a.yaml",
        "-c a.yaml serve",
        "serve --config=a.yaml"
      })
  void aFileIsTakenAsTheCommandLineTakesIt(String line) {
    assertEquals(new ServeArguments(Path.of("a.yaml")), ServeArguments.of(words(line)));
    CommandLine command = RelayCommand.commandLine();
    CommandLine.ParseResult parsed = command.parseArgs(words(line));
    CommandLine.ParseResult last = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    assertTrue(last.commandSpec().name().matches("gemini-relay|serve"), line);
    RelayCommand read = command.getCommand();
    assertEquals(Path.of("a.yaml"), read.source().file());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check",
        "--help",
        "--version",
        "serve --help",
        "serve serve",
        "-c",
        "-c -x",
        "--config=",
        "-c @file",
        "-c 'a.yaml'",
        "-ca.yaml",
        "-c a.yaml -c b.yaml",
        "@file",
        "nonsense"
      })
  void allElseIsForTheCommandLine(String line) {
    assertNull(ServeArguments.of(words(line)));
  }

  @Test
  void aCommandIsNoFile() {
    for (String name : RelayCommand.commandLine().getSubcommands().keySet()) {
      for (String option : new String[] {"-c", "--config"}) {
        assertNull(ServeArguments.of(option, name), name);
        assertThrows(
            CommandLine.ParameterException.class,
            () -> RelayCommand.commandLine().parseArgs(option, name),
            name);
      }
    }
  }

  @Test
  void aFileWithABlankInItsNameIsAFile() {
    ServeArguments arguments = ServeArguments.of("-c", "a b.yaml");
    assertEquals(new ServeArguments(Path.of("a b.yaml")), arguments);
    assertFalse(arguments.toString().isEmpty());
  }

  private static String[] words(String line) {
    return line.isEmpty() ? new String[0] : line.split(" ");
  }
}
