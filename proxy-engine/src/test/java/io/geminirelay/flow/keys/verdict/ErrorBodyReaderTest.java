package io.geminirelay.flow.keys.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits and projects that Google's error bodies name. */
class ErrorBodyReaderTest {
  private static final QuotaViolation FIVE = new QuotaViolation("ReqPerMinute", 5, "m-1");

  private static ErrorBody read(String text) {
    return ErrorBodyReader.look(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static ErrorBody details(String details) {
    return read("{\"error\":{\"code\":429,\"details\":[" + details.replace('\'', '"') + "]}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'quotaId':'ReqPerMinute','quotaValue':'5','quotaDimensions':{'model':'m-1'}}",
        "{'quotaDimensions':{'location':'global','model':'m-1'},'quotaId':'ReqPerMinute',"
            + "'quotaValue':5}",
        "{'quotaValue':5,'quotaDimensions':{'model':'models/m-1','other':{'model':'x'}},"
            + "'model':'y','x':[{'model':'z'}],'quotaId':'ReqPerMinute'}",
        "{'quotaDimensions':{'model':'m-1','quotas':[1,[2]]},'quotaValue':'5','other':{},"
            + "'quotaId':'ReqPerMinute','quotaMetric':'q'}"
      })
  void readsOneLimitWhateverTheOrderOfItsMembers(String violation) {
    assertEquals(List.of(FIVE), details("{'violations':[" + violation + "]}").violations());
    assertEquals(
        List.of(FIVE, new QuotaViolation("B", -1, ""), new QuotaViolation("C", 0, "n")),
        details(
                "{'violations':["
                    + violation
                    + ",{'quotaId':'B','quotaDimensions':{}},"
                    + "{'quotaDimensions':{'model':'n'},'quotaValue':'0','quotaId':'C'}]}")
            .violations());
  }

  @Test
  void keepsTheModelOfAViolationToItself() {
    List<QuotaViolation> all =
        details("{'violations':[{'quotaId':'A','quotaDimensions':{'model':'m'}},{'quotaId':'B'}]}")
            .violations();
    assertEquals(List.of(new QuotaViolation("A", -1, "m"), new QuotaViolation("B", -1, "")), all);
  }

  @Test
  void readsTheOlderFormAndJoinsItWithTheNewer() {
    String old =
        "{'reason':'RATE_LIMIT_EXCEEDED','metadata':{'quota_limit_value':'15',"
            + "'consumer':'projects/42','quota_limit':'ReqPerMinute'}}";
    ErrorBody alone = details(old);
    assertEquals(List.of(new QuotaViolation("ReqPerMinute", 15, "")), alone.violations());
    assertEquals("projects/42", alone.project());
    String newer = "{'violations':[{'quotaId':'ReqPerMinute','quotaDimensions':{'model':'m'}}]}";
    List<QuotaViolation> joined = List.of(new QuotaViolation("ReqPerMinute", 15, "m"));
    assertEquals(joined, details(old + "," + newer).violations());
    assertEquals(joined, details(newer + "," + old).violations());
  }

  @Test
  void twoModelsOfOneLimitAreTwoLimits() {
    String two =
        "{'violations':[{'quotaId':'A','quotaDimensions':{'model':'m'}},"
            + "{'quotaId':'A','quotaDimensions':{'model':'n'}}]}";
    assertEquals(2, details(two).violations().size());
  }

  @ParameterizedTest
  @CsvSource({
    "'7',7",
    "7,7",
    "0,0",
    "'0',0",
    "'-3',-1",
    "1.5,-1",
    "'many',-1",
    "null,-1",
    "true,-1",
    "'9223372036854775807',-1",
    "'999999999999999999',999999999999999999",
    "{},-1",
    "[4],-1"
  })
  void takesWholeNumbersOnly(String value, long limit) {

    ErrorBody body = details("{'violations':[{'quotaId':'A','quotaValue':" + value + "}]}");
    assertEquals(limit, body.violations().get(0).limit());
    assertEquals(limit == 0, body.limitZero());
  }

  @Test
  void isBoundedAndReadsWhatIsLeftOfACutBody() {
    StringBuilder many = new StringBuilder("{'quotaId':'Q'}");
    for (int i = 0; i < 500; i++) {
      many.append(",{'quotaId':'Q").append(i).append("'}");
    }
    assertEquals(16, details("{'violations':[" + many + "]}").violations().size());
    assertEquals(
        List.of(), details("{'violations':[{'quotaId':'" + "x".repeat(200) + "'}]}").violations());
    assertEquals(List.of(), details("{'violations':[{'quotaId':'AIza key?'}]}").violations());
    String whole =
        "{\"error\":{\"details\":[{\"violations\":[{\"quotaId\":\"A\",\"quotaValue\":\"5\","
            + "\"quotaDimensions\":{\"model\":\"m\"}},{\"quotaId\":\"B\"}]}]}}";
    for (int i = 0; i < whole.length(); i++) {
      List<QuotaViolation> seen = read(whole.substring(0, i)).violations();
      assertTrue(seen.size() <= 2, whole.substring(0, i));
      assertTrue(seen.isEmpty() || seen.get(0).quotaId().equals("A"), whole.substring(0, i));
    }
  }

  @Test
  void learnsTheProjectFromTheMessageOfTheOlderForm() {
    String start = "Quota exceeded for quota metric 'm' and limit 'l' of service 's' for ";
    assertEquals("projects/348715329010", said(start + "consumer 'project_number:348715329010'."));
    assertEquals("", said("Unknown name \\\"consumer 'project_number:42\\\" at 'x'"));
    assertEquals("", said("Unknown name \\\"" + start + "consumer 'project_number:42'\\\" at 'x'"));
    String deep = "{'fieldViolations':[{'x':{'y':{'consumer':'projects/42'}}}]}";
    assertEquals("", details(deep).project());
    assertEquals("", details("{'metadata':{'x':{'consumer':'projects/42'}}}").project());
    assertEquals("projects/42", details("{'metadata':{'consumer':'projects/42'}}").project());
  }

  private static String said(String message) {
    return read("{\"error\":{\"message\":\"" + message + "\"}}").project();
  }

  /** By plain text search: as many of each as the text has, and nothing else. */
  @Test
  void readsEveryLimitAndProjectOfTheRecordedErrors() {
    int limits = 0;
    int projects = 0;
    for (CorpusExchange exchange : Corpus.all()) {
      if (exchange.status() < 400) {
        continue;
      }
      String text = exchange.responseText();
      ErrorBody body = read(text);
      List<String> expected = new ArrayList<>(found(text, "\"quota(?:Id|_limit)\": \"([^\"]+)\""));
      List<String> ids = new ArrayList<>();
      Map<String, Long> values = new HashMap<>();
      for (QuotaViolation each : body.violations()) {
        ids.add(each.quotaId());
        values.put(each.quotaId(), each.limit());
        assertTrue(each.model().isEmpty() || text.contains('"' + each.model() + '"'));
      }
      assertEquals(expected, ids, exchange::toString);
      for (String value : found(text, "\"quota(?:Value|_limit_value)\": \"(\\d+)\"")) {
        assertTrue(values.containsValue(Long.parseLong(value)), exchange::toString);
      }
      List<String> consumers = found(text, "\"consumer\": \"([^\"]+)\"");
      assertEquals(consumers.isEmpty() ? "" : consumers.get(0), body.project());
      long models = body.violations().stream().filter(v -> !v.model().isEmpty()).count();
      assertEquals(found(text, "\"model\": \"([^\"]+)\"").size(), models, exchange::toString);
      assertFalse(body.toString().contains("REDACTED"));
      limits += ids.size();
      projects += consumers.size();
    }
    assertTrue(limits >= 12 && projects >= 3, limits + " limits, " + projects + " projects");
  }

  private static List<String> found(String text, String pattern) {
    List<String> all = new ArrayList<>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      all.add(matcher.group(1));
    }
    return all;
  }
}
