package io.geminirelay.flow.keys.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictReaderTest {
  private static final RateLimitBehavior AWARE = RateLimitBehavior.QUOTA_AWARE;

  private static ErrorBody read(String text) {
    ByteBuf body = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    ErrorBody facts = ErrorBodyReader.look(body);
    assertEquals(0, body.readerIndex());
    assertEquals(1, body.refCnt());
    return facts;
  }

  private static String error(String message, String details) {
    return "{\"error\":{\"message\":\"" + message + "\",\"details\":[" + details + "]}}";
  }

  private static String judged(int status, String body, boolean exit, RateLimitBehavior behavior) {
    KeyVerdict verdict =
        VerdictReader.judge(new UpstreamOutcome.Refused(status, read(body), exit), behavior);
    return verdict.effect() + " " + verdict.rest() + " " + verdict.next();
  }

  private static String judged(int status, String body) {
    return judged(status, body, false, AWARE);
  }

  private static String quota(String... ids) {
    StringBuilder all = new StringBuilder();
    for (String id : ids) {
      all.append(all.length() == 0 ? "" : ",").append("{\"quotaId\":\"").append(id).append("\"}");
    }
    return "{\"violations\":[" + all + "]}";
  }

  private static final String DELAY = ",{\"retryDelay\":\"42s\"}";

  @Test
  void judgesRateLimitsByTheirQuota() {
    String day = error("", quota("XPerMinuteY", "XPerDayY") + DELAY);
    assertEquals("COOL_BUCKET UNTIL_RESET NEXT_KEY", judged(429, day));
    String minute = error("", quota("XPerMinuteY") + DELAY);
    assertEquals("COOL_BUCKET FOR_DELAY NEXT_KEY", judged(429, minute));
    assertEquals(
        "COOL_BUCKET WITHIN_MINUTE NEXT_KEY", judged(429, error("", quota("XPerMinuteY"))));
    assertEquals("COOL_BUCKET NO_QUOTA NEXT_KEY", judged(429, error("limit: 0, model: m", "")));
    String zero = "{\"violations\":[{\"quotaId\":\"XPerDayY\"},{\"quotaValue\":0}]}";
    assertEquals("COOL_BUCKET NO_QUOTA NEXT_KEY", judged(429, error("", zero + DELAY)));
    assertEquals("COOL_BUCKET LADDER NEXT_KEY", judged(429, error("limit: 01", "")));
    assertEquals("COOL_BUCKET LADDER NEXT_KEY", judged(429, error("Resource exhausted.", "")));
    assertEquals("COOL_BUCKET LADDER NEXT_KEY", judged(429, ""));
    assertEquals("EXIT_SUSPECT NONE NEXT_EXIT", judged(429, "", true, AWARE));
    assertEquals("COOL_BUCKET FOR_DELAY NEXT_KEY", judged(429, minute, true, AWARE));
  }

  @Test
  void obeysTheOtherBehaviours() {
    String minute = error("", quota("XPerMinuteY") + DELAY);
    assertEquals(
        "COOL_BUCKET WHOLE_UNTIL_RESET NEXT_KEY",
        judged(429, minute, false, RateLimitBehavior.BLOCK_UNTIL_RESET));
    assertEquals(
        "NONE NONE NEXT_KEY", judged(429, minute, false, RateLimitBehavior.RETRY_NEXT_KEY));
  }

  @Test
  void judgesClientErrorsByWhoIsToBlame() {
    String invalid = "MARK_INVALID NONE NEXT_KEY";
    String client = "NONE NONE ANSWER_CLIENT";
    assertEquals(invalid, judged(400, error("", "{\"reason\":\"API_KEY_INVALID\"}")));
    assertEquals(invalid, judged(401, ""));
    assertEquals(
        "NONE NONE NEXT_KEY",
        judged(401, error("", "{\"reason\":\"ACCESS_TOKEN_TYPE_UNSUPPORTED\"}")));
    assertEquals(invalid, judged(403, error("", "{\"reason\":\"CONSUMER_SUSPENDED\"}")));
    assertEquals(invalid, judged(403, denied("Your API key was reported as leaked.")));
    assertEquals(invalid, judged(403, denied("Your project has been denied access.")));
    assertEquals(
        "COOL_PROJECT NONE NEXT_PROJECT",
        judged(403, error("", "{\"reason\":\"SERVICE_DISABLED\"}")));
    assertEquals(client, judged(403, error("CachedContent not found (or permission denied)", "")));
    assertEquals(
        "EXIT_SUSPECT NONE NEXT_EXIT",
        judged(
            400, named("FAILED_PRECONDITION", "User location is not supported for the API use.")));
    for (int status : new int[] {400, 402, 403, 404, 405, 409, 413, 422, 501}) {
      assertEquals(client, judged(status, "<html>"));
    }
  }

  private static String named(String status, String message) {
    return "{\"error\":{\"message\":\"" + message + "\",\"status\":\"" + status + "\"}}";
  }

  private static String denied(String message) {
    return named("PERMISSION_DENIED", message);
  }

  /** Names of fields, models and files are the client's, and Google's messages repeat them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "User location is not supported for the API use.",
        "Your API key was reported as leaked. Please use another API key.",
        "Permission denied: Consumer 'api_key:x' has been suspended.",
        "Your project has been denied access.",
        "Generative Language API has not been used in project 1 before or it is disabled.",
        "API key not valid. Please pass a valid API key.",
        "API key expired. Please renew the API key."
      })
  void whatAClientCanHaveRepeatedIsNoSign(String sign) {
    String unknown = "Invalid JSON payload received. Unknown name \\\"" + sign + "\\\" at 'x'";
    String violation =
        "{\"fieldViolations\":[{\"reason\":\"API_KEY_INVALID\",\"description\":\"" + sign + "\"}]}";
    for (String name : List.of("INVALID_ARGUMENT", "FAILED_PRECONDITION", "PERMISSION_DENIED")) {
      for (int status : new int[] {400, 403, 404}) {
        assertEquals("NONE NONE ANSWER_CLIENT", judged(status, named(name, unknown)));
        assertEquals(
            "NONE NONE ANSWER_CLIENT", judged(status, named(name, "models/" + sign + " is not")));
      }
    }
    assertEquals("NONE NONE ANSWER_CLIENT", judged(400, error(unknown, violation)));
    assertEquals("NONE NONE ANSWER_CLIENT", judged(403, error(unknown, violation)));
    assertEquals("NONE NONE ANSWER_CLIENT", judged(404, named("NOT_FOUND", sign)));
  }

  @Test
  void aMessageCountsWithTheStatusThatGoogleGivesIt() {
    String client = "NONE NONE ANSWER_CLIENT";
    String location = "User location is not supported for the API use.";
    assertEquals(client, judged(400, named("INVALID_ARGUMENT", location)));
    assertEquals(client, judged(403, named("FAILED_PRECONDITION", "API key not valid. x")));
    assertEquals(
        "MARK_INVALID NONE NEXT_KEY",
        judged(400, named("INVALID_ARGUMENT", "API key expired. Please renew the API key.")));
    assertEquals(
        "MARK_INVALID NONE NEXT_KEY",
        judged(403, denied("Permission denied: Consumer 'api_key:REDACTED' has been suspended.")));
    assertEquals(
        "COOL_PROJECT NONE NEXT_PROJECT",
        judged(403, denied("Generative Language API has not been used in project 12 before or")));
  }

  /** The project named in a verdict. */
  @ParameterizedTest
  @CsvSource({
    "400, INVALID_ARGUMENT, API_KEY_INVALID, ''",
    "400, INVALID_ARGUMENT, X, ''",
    "403, PERMISSION_DENIED, X, ''",
    "403, PERMISSION_DENIED, CONSUMER_SUSPENDED, projects/42",
    "404, NOT_FOUND, X, ''",
    "429, RESOURCE_EXHAUSTED, RATE_LIMIT_EXCEEDED, projects/42",
    "503, UNAVAILABLE, X, ''"
  })
  void tellsTheProjectOnlyWhereAKeyOrItsQuotaIsRefused(
      int status, String name, String reason, String project) {
    String details = "{\"reason\":\"" + reason + "\",\"metadata\":{\"consumer\":\"projects/42\"}}";
    ErrorBody body =
        read("{\"error\":{\"status\":\"" + name + "\",\"details\":[" + details + "]}}");
    assertEquals("projects/42", body.project());
    assertEquals(
        project,
        VerdictReader.judge(new UpstreamOutcome.Refused(status, body, false), AWARE).project());
  }

  @Test
  void judgesServerErrorsAndErrorsWithinA200() {
    for (int status : new int[] {500, 502, 504}) {
      assertEquals("SERVER_FAILURE NONE SAME_KEY_BACKOFF", judged(status, ""));
    }
    assertEquals("MODEL_OVERLOADED NONE ANOTHER_KEY_BRIEFLY", judged(503, ""));
    assertEquals(
        "MODEL_OVERLOADED NONE ANOTHER_KEY_BRIEFLY",
        judged(200, "data: {\"error\":{\"code\":503}}\r\n\r\n"));
    assertEquals(
        "COOL_BUCKET LADDER NEXT_KEY",
        judged(200, "event: error\ndata: {\"error\":{\"code\":\"too_many_requests\"}}\n\n"));
    assertEquals(
        KeyVerdict.Next.ANOTHER_KEY_BRIEFLY,
        VerdictReader.judge(new UpstreamOutcome.Empty(), AWARE).next());
    assertEquals(KeyVerdict.SUCCESS, VerdictReader.judge(new UpstreamOutcome.Served(), AWARE));
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void repeatsOnlyFaultsThatTheTableOfFaultsAllowsToRepeat(FaultKind kind) {
    KeyVerdict verdict =
        VerdictReader.judge(new UpstreamOutcome.Failed(Fault.of(kind, "x"), false), AWARE);
    boolean repeats = verdict.next() != KeyVerdict.Next.ANSWER_CLIENT;
    assertEquals(kind.retry() != io.geminirelay.base.fault.Retry.NEVER, repeats);
  }

  @Test
  void resendsWhatMetAStaleConnection() {
    Fault reset = Fault.of(FaultKind.RESET_BEFORE_ANSWER, "x");
    assertEquals(
        KeyVerdict.Next.RESEND,
        VerdictReader.judge(new UpstreamOutcome.Failed(reset, true), AWARE).next());
  }

  @ParameterizedTest
  @CsvSource({"48s,48000000000", "45.837906927s,45837906927", "0.5s,500000000", "x,-1", "9,-1"})
  void readsDelays(String text, long nanos) {
    Duration delay = read(error("", "{\"retryDelay\":\"" + text + "\"}")).retryDelay();
    assertEquals(nanos, delay == null ? -1 : delay.toNanos());
  }

  @Test
  void readsTheDelayInTheMessageAndWhatIsLeftOfACutBody() {
    assertEquals(Duration.ofMillis(38_400), read(error("Please retry in 38.4s.", "")).retryDelay());
    String whole = error("x", "{\"reason\":\"API_KEY_INVALID\"},{\"reason\":\"B\"}");
    String cut = whole.substring(0, whole.indexOf("},{"));
    assertEquals(List.of("API_KEY_INVALID"), read(cut).reasons());
    for (int i = 0; i < whole.length(); i++) {
      read(whole.substring(0, i));
    }
    assertEquals(ErrorBody.EMPTY, read("[".repeat(60_000)));
  }

  @Test
  void judgesEveryRecordedError() throws IOException {
    Path errors = corpus();
    int seen = 0;
    try (Stream<Path> files = Files.list(errors)) {
      for (Path file : files.sorted().toList()) {
        judgeRecorded(file);
        seen++;
      }
    }
    assertTrue(seen >= 44);
  }

  private static void judgeRecorded(Path file) throws IOException {
    int status = 0;
    String body = "";
    try (JsonParser in = new JsonFactory().createParser(Files.readAllBytes(file))) {
      boolean response = false;
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          String name = in.currentName();
          response |= name.equals("response");
          in.nextToken();
          status = response && name.equals("status") ? in.getIntValue() : status;
          body = response && name.equals("body") ? in.getValueAsString("") : body;
        }
      }
    }
    assertEquals(expected(status, body), judged(status, body), file.getFileName().toString());
    assertFalse(read(body).toString().contains("REDACTED"));
  }

  /** The table of the wire facts, by plain text search. */
  private static String expected(int status, String body) {
    if (status == 429) {
      boolean zero = body.contains("\"quota_limit_value\": \"0\"");
      String rest = zero ? "NO_QUOTA" : body.contains("PerDay") ? "UNTIL_RESET" : "FOR_DELAY";
      return "COOL_BUCKET " + rest + " NEXT_KEY";
    }
    if (body.contains("API_KEY_INVALID") || body.contains("SUSPENDED") || body.contains("leaked")) {
      return "MARK_INVALID NONE NEXT_KEY";
    }
    if (body.contains("SERVICE_DISABLED")) {
      return "COOL_PROJECT NONE NEXT_PROJECT";
    }
    if (body.contains("location is not supported")) {
      return "EXIT_SUSPECT NONE NEXT_EXIT";
    }
    return status == 503 ? "MODEL_OVERLOADED NONE ANOTHER_KEY_BRIEFLY" : "NONE NONE ANSWER_CLIENT";
  }

  private static Path corpus() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.isDirectory(at.resolve("../shared/corpus/errors"))) {
      at = at.getParent();
    }
    String shared = System.getenv("GEMINI_RELAY_SHARED");
    Path found =
        at != null
            ? at.resolve("../shared/corpus/errors")
            : shared == null ? null : Path.of(shared, "corpus", "errors");
    boolean present = found != null && Files.isDirectory(found);
    assertTrue(present || !"true".equals(System.getenv("CI")), "no corpus");
    Assumptions.assumeTrue(present, "the recorded corpus is not beside the repository");
    return found;
  }
}
