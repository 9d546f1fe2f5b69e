package io.geminirelay.base.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "req-1/~!", "0123456789abcdef"})
  void keepsTheClientsOwn(String id) {
    assertEquals(id, RequestId.of(headers(id)));
    String longest = id.repeat(128).substring(0, 128);
    assertEquals(longest, RequestId.of(headers(longest)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "\u00e9", "a\tb"})
  void makesANewOneInsteadOfOneThatCannotBeWritten(String id) {
    String made = RequestId.of(headers(id));
    assertTrue(made.matches("[0-9a-f]{32}"), made);
    assertNotEquals(made, RequestId.of(headers("x".repeat(129))));
  }

  private static HttpHeaders headers(String id) {
    return new DefaultHttpHeaders().add("X-Request-ID", id);
  }
}
