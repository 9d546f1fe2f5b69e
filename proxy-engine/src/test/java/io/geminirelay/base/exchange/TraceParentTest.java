package io.geminirelay.base.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
  private static final String ID = "0af7651916cd43dd8448eb211c80319c";
  private static final String GIVEN = "00-" + ID + "-b7ad6b7169203331-01";

  private static String of(String requestId, String... given) {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (String each : given) {
      headers.add(TraceParent.HEADER, each);
    }
    return TraceParent.of(headers, requestId);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        GIVEN,
        "00-" + ID + "-b7ad6b7169203331-00",
        "01-" + ID + "-b7ad6b7169203331-01",
        "cc-" + ID + "-b7ad6b7169203331-01-what-the-future-will-be"
      })
  void keepsTheClients(String value) {
    assertEquals(value, of("r1", value));
    assertEquals(ID, TraceParent.traceId(value, "r1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-" + ID,
        "00-" + ID + "-b7ad6b7169203331-01-more",
        "ff-" + ID + "-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-" + ID + "-0000000000000000-01",
        "00-" + ID + "-b7ad6b7169203331-0g",
        "00_" + ID + "_b7ad6b7169203331_01",
        "cc-" + ID + "-b7ad6b7169203331-01.more",
        "cc-" + ID + "-b7ad6b7169203331-01-a\u0001b"
      })
  void makesOneWhereTheClientsIsNone(String value) {
    String made = of("r1", value);
    assertTrue(made.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00"), made);
    assertNotEquals(ID, TraceParent.traceId(made, "r1"));
  }

  @Test
  void makesOneWhereThereAreTwo() {
    assertNotEquals(GIVEN, of("r1", GIVEN, GIVEN));
  }

  @Test
  void goesByTheRequestsIdWhereThatIsOneOfOurs() {
    assertEquals(ID, TraceParent.traceId(of(ID), "r1"));
    assertSame(ID, TraceParent.traceId(of(ID), ID));
  }
}
