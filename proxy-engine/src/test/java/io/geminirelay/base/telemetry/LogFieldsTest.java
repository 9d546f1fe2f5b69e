package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogFieldsTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "gemini-2.5-flash,gemini-2.5-flash",
        "``,-",
        "a b,\"a b\"",
        "a=b,\"a=b\"",
        "say \"x\\y\",\"say \\\"x\\\\y\\\"\"",
        "`one\r\ntwo`,\"one\\u000d\\u000atwo\"",
        "a\u001b[2J\u2028b,\"a\\u001b[2J\\u2028b\"",
      })
  void letsNoValueBeginALineOrAField(String value, String shown) {
    LogFields fields = new LogFields();
    fields.add("n", value);
    assertEquals("n=" + shown, fields.toString());
  }

  @Test
  void cutsLongValuesOffAndLeavesUnknownNumbersOut() {
    LogFields fields = new LogFields();
    fields.add("model", "m".repeat(1_000));
    fields.add("status", 200);
    fields.addKnown("tokens", -1);
    fields.addKnown("total", 0);
    assertEquals("model=" + "m".repeat(128) + " status=200 total=0", fields.toString());
  }
}
