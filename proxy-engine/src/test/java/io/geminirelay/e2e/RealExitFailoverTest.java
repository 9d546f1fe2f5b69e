package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One of several exits is lost and comes back, with proxy programs that people run. */
class RealExitFailoverTest {
  private static final String PASSWORD = "open-sesame-0815";

  @TempDir private Path folder;

  private ExitProgram start(ExitProgram.Kind kind, int number, int port) throws Exception {
    Path own = Files.createDirectories(folder.resolve("exit-" + number));
    return ExitProgram.start(kind, PASSWORD, own, port);
  }

  private static String yaml(GeminiSimulator google, TestCertificates trust, String urls) {
    String keys = IntStream.range(0, 12).mapToObj(Rig::key).collect(Collectors.joining(", "));
    return "groups: [{name: g, target_url: \"%s\", ca_file: \"%s\", proxy_urls: [%s],"
            .formatted(google.baseUrl().replace("127.0.0.1", "localhost"), trust.caFile(), urls)
        + " api_keys: ["
        + keys
        + "]}]\nupstream: {exit_check_secs: 0.2}\n";
  }

  @ParameterizedTest
  @EnumSource(ExitProgram.Kind.class)
  void losesNoRequestWhenOneOfTwoProgramsEndsAndUsesItAgainLater(ExitProgram.Kind kind)
      throws Exception {
    try (TestCertificates certificates = TestCertificates.forNames();
        GeminiSimulator google = GeminiSimulator.tls(new FakeTime(), certificates);
        ExitProgram lost = start(kind, 0, ExitProgram.freePort());
        ExitProgram other = start(kind, 1, ExitProgram.freePort())) {
      String urls = "\"" + lost.url(PASSWORD) + "\", \"" + other.url(PASSWORD) + "\"";
      try (Gateway gateway = Gateway.start(yaml(google, certificates, urls))) {
        lost.awaitLog("localhost:" + google.port());
        ExitLoad load = new ExitLoad(gateway.port(), 6);
        load.awaitMore(100);
        lost.kill();
        load.awaitMore(200);
        load.end();
        assertEquals(List.of(), load.refused());
        try (ExitProgram back = start(kind, 2, lost.port())) {
          ExitLoad again = new ExitLoad(gateway.port(), 2);
          back.awaitLog("localhost:" + google.port());
          again.awaitMore(100);
          again.end();
          assertEquals(List.of(), again.refused());
        }
        assertTrue(google.journal().requestCount() >= 400);
      }
    }
  }
}
