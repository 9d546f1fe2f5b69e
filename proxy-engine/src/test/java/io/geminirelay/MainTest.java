package io.geminirelay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void checkPrintsTheConfigurationAloneWithSecretsMasked() throws Exception {
    assertEquals(0, run("check", "-c", file("groups: [{name: a, api_keys: [hidden-key]}]")));
    assertTrue(out.toString().startsWith("server:"), out.toString());
    assertFalse(out.toString().contains("hidden-key"));
    assertEquals("", err.toString());
  }

  @Test
  void checkTellsEveryMistakeOnStandardErrorAndEndsWithThree() throws Exception {
    assertEquals(3, run("check", "-c", file("servr: {}\ntop_p: 2\n")));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("did you mean server?"), err.toString());
    assertTrue(err.toString().contains("top_p"), err.toString());
  }

  @Test
  void checkReadsTheVocabularyAndNamesTheSettingWhenItIsDamaged() throws Exception {
    Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"type\": \"Unigram\"}}");
    String config = "server: {tokenizer_file: tokenizer.json}\ngroups: [{name: a, api_keys: [k]}]";
    assertEquals(3, run("check", "-c", file(config)));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("server.tokenizer_file: "), err.toString());
    assertTrue(err.toString().contains("type Unigram, not BPE"), err.toString());
    assertTrue(err.toString().contains("leave the setting out"), err.toString());
  }

  @Test
  void checkTriesTheCertificatesThatAreNamed() throws Exception {
    String tls = "server: {port: 0, tls: {certificate: proxy.yaml, private_key: proxy.yaml}}\n";
    String groups = "groups: [{name: a, ca_file: proxy.yaml, api_keys: [k]}]";
    assertEquals(3, run("check", "-c", file(tls + groups)));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("groups.a.ca_file: found "), err.toString());
    assertTrue(err.toString().contains("server.tls: found "), err.toString());
  }

  @Test
  void wrongArgumentsEndWithTwo() {
    assertEquals(2, run("check", "--nonsense"));
    assertEquals("", out.toString());
  }

  @Test
  void whatOthersComplainOfIsNotRepeated() throws Exception {
    Exception foreign =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                HttpRequest.newBuilder(URI.create("http://127.0.0.1"))
                    .header("Authorization", "Bearer hidden\ntoken"));
    assertTrue(foreign.getMessage().contains("hidden"), foreign.getMessage());
    assertTrue(Main.reason(foreign).startsWith("java.lang.IllegalArgumentException at "));
    assertFalse(Main.reason(foreign).contains("hidden"), Main.reason(foreign));
    assertEquals("we say so", Main.reason(new IllegalArgumentException("we say so")));
    assertEquals("no such file", Main.reason(new IOException("no such file")));
  }

  @Test
  void versionAndHelpGoToStandardOutput() {
    assertEquals(0, run("--version"));
    assertEquals(0, run("--help"));
    assertTrue(out.toString().startsWith("gemini-relay "), out.toString());
    assertTrue(out.toString().contains("Exit codes:"), out.toString());
    assertEquals("", err.toString());
  }

  private String file(String text) throws Exception {
    return Files.writeString(folder.resolve("proxy.yaml"), text).toString();
  }

  private int run(String... arguments) {
    CommandLine line = RelayCommand.commandLine();
    return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
  }
}
