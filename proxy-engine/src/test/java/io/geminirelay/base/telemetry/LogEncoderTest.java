package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogEncoderTest {
  private final LoggerContext context = new LoggerContext();
  private final LogEncoder encoder = new LogEncoder();

  private String line(LogFormat format, Throwable thrown, String message, Object... arguments) {
    LoggingEvent event =
        new LoggingEvent(
            "caller", context.getLogger("access"), Level.INFO, message, thrown, arguments);
    event.setThreadName("relay-1");
    event.setInstant(Instant.parse("2026-07-15T19:00:00Z"));
    encoder.format(format);
    return new String(encoder.encode(event), StandardCharsets.UTF_8);
  }

  private String line(LogFormat format, Settled settled) {
    encoder.format(format);
    RequestEvent event = new RequestEvent(settled, Level.INFO, "relay-1");
    return new String(encoder.encode(event), StandardCharsets.UTF_8);
  }

  private JsonNode json(String line) throws IOException {
    assertTrue(line.endsWith("}\n"), line);
    assertTrue(line.chars().limit(line.length() - 1).allMatch(c -> c >= ' ' && c < 0x7f), line);
    return new ObjectMapper().readTree(line);
  }

  @Test
  void aRequestIsOneFlatObjectWithItsAttempts() throws Exception {
    Settled settled =
        new Told()
            .id("r1")
            .attempt("g/1#aaaaaaaaaa", "quota_per_minute", 429, "RequestsPerMinute")
            .waits("queue", 40)
            .ok("g/2#bbbbbbbbbb")
            .end(Outcome.SERVED, 200);
    String line = line(LogFormat.JSON, settled);
    assertEquals(
        "{\"time\":\"2026-07-15T19:00:00.240Z\",\"level\":\"INFO\",\"logger\":\"access\","
            + "\"thread\":\"relay-1\",\"id\":\"r1\",\"client\":\"crawler\",\"route\":\"native\","
            + "\"model\":\"gemini-2.5-flash\",\"status\":200,\"outcome\":\"served\","
            + "\"group\":\"g\",\"key\":\"g/2#bbbbbbbbbb\",\"attempts\":2,\"waited_ms\":40,"
            + "\"first_byte_ms\":240,\"ms\":240,\"trail\":["
            + "{\"key\":\"g/1#aaaaaaaaaa\",\"exit\":\"direct\",\"at_ms\":0,\"wait_ms\":0,"
            + "\"ms\":100,\"outcome\":\"quota_per_minute\",\"status\":429,"
            + "\"quota_id\":\"RequestsPerMinute\"},"
            + "{\"key\":\"g/2#bbbbbbbbbb\",\"exit\":\"direct\",\"at_ms\":140,\"wait_ms\":40,"
            + "\"ms\":100,\"outcome\":\"ok\",\"status\":200}]}\n",
        line);
    assertEquals(2, json(line).get("trail").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "two\r\nlines",
        "\",\"status\":500,\"x\":\"",
        "\u001b[2J\u0085\u2028\u2029\u009b31m\u007f",
        "half a pair \ud83d",
        "\ude00 the other half",
        "\ude00\ud83d the wrong way round",
        "\ud83d\ude00 whole",
        "\u202eright to left",
        "<script>alert(1)</script>"
      })
  void whatOthersWroteBreaksNoLineAndNoMember(String text) throws Exception {
    Settled settled = new Told().model(text).end(Route.OPENAI, text, Outcome.REFUSED, 404);
    JsonNode request = json(line(LogFormat.JSON, settled));
    assertEquals(LineText.whole(text), request.get("model").textValue());
    assertEquals(LineText.whole(text), request.get("client").textValue());
    assertEquals(404, request.get("status").intValue());
    JsonNode ordinary =
        json(line(LogFormat.JSON, new IllegalStateException(text), "said {}", text));
    assertEquals("said " + LineText.whole(text), ordinary.get("message").textValue());
    assertTrue(ordinary.get("exception").textValue().contains("\tat "), ordinary.toString());
    for (String line :
        List.of(line(LogFormat.TEXT, settled), line(LogFormat.TEXT, null, "{}", text))) {
      assertEquals(line.length() - 1, line.indexOf('\n'), line);
      assertFalse(line.contains("\r") || line.contains("\u001b") || line.contains("\u2028"), line);
    }
    String stack = line(LogFormat.TEXT, new IllegalStateException(text), "failed");
    List<String> lines = stack.lines().toList();
    assertTrue(lines.get(1).startsWith("java.lang.IllegalStateException: "), stack);
    assertTrue(lines.stream().skip(2).allMatch(l -> l.startsWith("\tat ")), stack);
  }

  private static IllegalStateException failureWith(String text) {
    IllegalStateException failure =
        new IllegalStateException("message " + text, new IOException("cause " + text));
    failure.addSuppressed(
        new IllegalArgumentException("suppressed " + text, new IOException("its cause " + text)));
    return failure;
  }

  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void aStackHasWhatWasSuppressed(LogFormat format) throws Exception {
    String line = line(format, failureWith("x"), "failed");
    for (String part : List.of("message x", "cause x", "suppressed x", "its cause x")) {
      assertTrue(line.contains(part), line);
    }
    assertTrue(line.contains("Suppressed: java.lang.IllegalArgumentException: suppressed x"), line);
    IllegalStateException own = new IllegalStateException("own");
    own.addSuppressed(new IllegalStateException("other", own));
    assertTrue(line(format, own, "failed").contains("other"));
  }

  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void noLineShowsAKeyOrAConfiguredSecret(LogFormat format) throws Exception {
    String standard = "AIza" + "Sy0-_".repeat(7);
    String bound = "AQ." + "Ab8-_".repeat(9);
    String token = "tok\"en\\with-\u00fcmlaut";
    String plain = "a-plain-admin-token";
    encoder.hide(List.of(Secret.of(token), Secret.of(standard)));
    encoder.hide(List.of(Secret.of(plain), Secret.of("short")));
    String suspended = Errors.keySuspended(standard).text(Json.Style.PRETTY);
    for (String secret : List.of(standard, bound, token, plain, suspended)) {
      Settled settled = new Told().model(secret).end(Route.OPENAI, secret, Outcome.REFUSED, 404);
      for (String line :
          List.of(
              line(format, null, "got " + secret),
              line(format, null, "got {}", secret),
              line(format, failureWith(secret), "failed"),
              line(format, settled))) {
        assertTrue(line.contains("***"), line);
        for (String part : List.of("Sy0-_Sy0", "Ab8-_Ab8", "mlaut", plain)) {
          assertFalse(line.contains(part), line);
        }
        if (format == LogFormat.JSON) {
          json(line);
        }
      }
    }
    assertTrue(line(format, null, "a short word stays").contains("a short word stays"));
    String almost = "AIza" + "x".repeat(34) + "! AQ." + "y".repeat(19);
    assertTrue(line(format, null, almost).contains(almost));
  }
}
