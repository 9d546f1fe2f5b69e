package io.geminirelay.bench.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The accounts find what is missing, doubled or untrue. */
class AccountsTest {
  private static final String PAGE =
      """
      gemini_relay_requests_total{client="agents",outcome="served",route="native"} 1.0
      gemini_relay_requests_total{client="",outcome="local",route="metrics"} 1.0
      gemini_relay_attempts_total{cause="ok",group="direct"} 1.0
      """;
  private static final String LINE =
      "{\"level\":\"INFO\",\"logger\":\"access\",\"id\":\"soak-1\",\"status\":200,"
          + "\"outcome\":\"served\",\"trail\":[{\"outcome\":\"ok\"}]}\n";

  @TempDir Path folder;
  private final Ledger ledger = new Ledger();
  private final Ledger.Entry entry = ledger.open(1, Kind.UNARY, 0);

  private void arrive(Toxin toxin) {
    entry.arrived(new Ledger.Arrival("direct", "one", "key", toxin, System.nanoTime()));
  }

  private Findings check(String log, String page) throws Exception {
    Path file = folder.resolve("log");
    Files.writeString(file, log);
    Findings findings = new Findings();
    new Accounts(ledger, List.of(LogFacts.of(file)), List.of(Scrape.of(page)), List.of(), findings)
        .check(List.of(1L), List.of(0L));
    return findings;
  }

  @Test
  void whatAgreesHolds() throws Exception {
    arrive(Toxin.NONE);
    entry.end(Ledger.Result.SERVED, 200, "");
    Findings findings = check(LINE, PAGE);
    assertTrue(findings.allHeld(), findings::table);
  }

  @Test
  void aLineThatIsMissingOrThereTwiceIsFound() throws Exception {
    arrive(Toxin.NONE);
    entry.end(Ledger.Result.SERVED, 200, "");
    assertFound("soak-1", check("", PAGE));
    assertFound("soak-1", check(LINE + LINE, PAGE));
  }

  @Test
  void anAttemptThatArrivedUntoldIsFound() throws Exception {
    arrive(Toxin.NONE);
    arrive(Toxin.NONE);
    entry.end(Ledger.Result.SERVED, 200, "");
    assertFound("more attempts arrived", check(LINE, PAGE));
  }

  @Test
  void aCountThatDiffersIsFound() throws Exception {
    arrive(Toxin.NONE);
    entry.end(Ledger.Result.SERVED, 200, "");
    assertFound("outcome served", check(LINE, PAGE.replace("native\"} 1.0", "native\"} 2.0")));
    assertFound("attempts: ", check(LINE, PAGE.replace("direct\"} 1.0", "direct\"} 0.0")));
  }

  @Test
  void aBrokenAnswerThatNobodyBrokeIsFound() throws Exception {
    arrive(Toxin.NONE);
    entry.end(Ledger.Result.BROKEN, 200, "");
    assertFound("broke off exactly", check(LINE, PAGE));
  }

  @Test
  void anAnswerOfAConnectionThatWentAwayMayNotBreak() throws Exception {
    arrive(Toxin.GOING_AWAY);
    entry.end(Ledger.Result.BROKEN, 200, "");
    assertFound("broke off exactly", check(LINE, PAGE));
  }

  @Test
  void aBrokenAttemptThatWasServedIsFound() throws Exception {
    arrive(Toxin.RESET_AMID);
    entry.end(Ledger.Result.SERVED, 200, "");
    assertFound("broke off exactly", check(LINE, PAGE));
  }

  @Test
  void aRequestOfARefusedConnectionHasNoLine() throws Exception {
    String nothing = PAGE.lines().skip(1).findFirst().orElseThrow() + "\n";
    entry.end(Ledger.Result.FAILED, 0, "closed");
    String refused = "gemini_relay_client_connections_refused_total{reason=\"overloaded\"} 1.0\n";
    String table = check("", nothing + refused).table();
    assertTrue(table.contains("FAILED: no client failed"), table);
    assertFalse(table.contains("FAILED: gateway"), table);
    assertFound("FAILED: gateway 0: one line", check("", nothing));
  }

  @Test
  void aLineOfNoRequestIsFound() throws Exception {
    arrive(Toxin.NONE);
    entry.end(Ledger.Result.SERVED, 200, "");
    assertFound("lines of no request", check(LINE + LINE.replace("soak-1", "0ec1"), PAGE));
  }

  @Test
  void aBusyMachineExcusesOnlyWhatNeedsTime() {
    Findings late = new Findings();
    late.noneInTime("no client failed", "", List.of("one"));
    assertEquals(1, late.code(false).number());
    assertEquals(2, late.code(true).number());
    late.none("no leak", "", List.of("LEAK"));
    assertEquals(1, late.code(true).number());
    assertEquals(0, new Findings().code(true).number());
  }

  @Test
  void aThreadThatWakesLateTellsABusyMachine() {
    Stalls once = new Stalls();
    for (int i = 0; i < 100; i++) {
      once.add(5_000_000);
    }
    assertFalse(once.tooBusy(), once::toString);
    once.add(1_500_000_000);
    assertTrue(once.tooBusy(), once::toString);
    Stalls often = new Stalls();
    often.add(60_000_000);
    assertTrue(often.tooBusy(), often::toString);
  }

  @Test
  void whatAProcessStartedEndsWithIt() throws Exception {
    Process shell = new ProcessBuilder("bash", "-c", "sleep 600 & sleep 600 & wait").start();
    while (shell.descendants().count() < 2) {
      Thread.onSpinWait();
    }
    List<ProcessHandle> children = shell.descendants().toList();
    Descendants.end(shell.toHandle());
    assertEquals(0, children.stream().filter(ProcessHandle::isAlive).count());
    shell.destroyForcibly();
  }

  private static void assertFound(String what, Findings findings) {
    assertFalse(findings.allHeld());
    assertTrue(findings.table().lines().anyMatch(line -> line.contains(what)), findings::table);
  }

  @Test
  void anAnswerThatOnlyLooksWholeIsAFailure() {
    assertEquals(Ledger.Result.SERVED, judged("soak-1 and \"finishReason\": \"STOP\"", true));
    assertEquals(Ledger.Result.FAILED, judged("soak-1 and no more", true));
    assertEquals(Ledger.Result.FAILED, judged("soak-12 \"finishReason\": \"STOP\"", true));
    assertEquals(Ledger.Result.BROKEN, judged("soak-1 and no more", false));
    assertEquals(Ledger.Result.BROKEN, judged("soak-1 {\"error\": {}}", true));
  }

  private static Ledger.Result judged(String body, boolean whole) {
    Ledger.Entry entry = new Ledger.Entry(1, Kind.UNARY, 0);
    Verdict.judge(
        entry,
        new Response(200, List.of(), body.getBytes(StandardCharsets.UTF_8), whole, List.of()));
    return java.util.Objects.requireNonNull(entry.result());
  }

  @Test
  void whatShouldNotBeInALogIsFound() throws Exception {
    Path file = folder.resolve("log");
    Files.writeString(
        file,
        "{\"level\":\"ERROR\",\"message\":\"LEAK: ByteBuf.release() was not called\"}\n"
            + "{\"level\":\"INFO\",\"message\":\""
            + Setting.key("fast", 1)
            + "\"}\n\tat io.netty.Some.method(Some.java:1)\n");
    LogFacts facts = LogFacts.of(file);
    assertEquals(1, facts.leaks().size());
    assertEquals(1, facts.secrets().size());
    assertEquals(2, facts.troubles().size());
  }
}
