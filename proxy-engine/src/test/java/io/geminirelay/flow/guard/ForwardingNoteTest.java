package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardingNoteTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x-other: 203.0.113.5 | false",
        "X-Forwarded-For: 127.0.0.1 | false",
        "X-Forwarded-For: 127.0.0.1:80, [::1]:443,::1 ,::ffff:127.0.0.9 | false",
        "X-Forwarded-For: 203.0.113.5 | true",
        "X-Forwarded-For: 127.0.0.1, 203.0.113.5 | true",
        "X-Forwarded-For: 203.0.113.5, 127.0.0.1 | true",
        "X-Forwarded-For: 127.0.0.1, unknown | true",
        "X-Forwarded-For: 127.0.0.1, | true",
        "X-Forwarded-For: , | true",
        "X-Forwarded-For: localhost | true",
        "X-Forwarded-For: 127.0.0.1:x | true",
        "X-Forwarded-For: [::1 | true",
        "X-Forwarded-For: 0.0.0.0 | true",
        "X-Forwarded-For: 127.1 | true",
        "X-Forwarded-For: 127.0.0.1.example | true",
        "X-Real-IP: 127.0.0.1 | false",
        "X-Real-IP: 203.0.113.5 | true",
        "X-Forwarded-Host: localhost:8080 | false",
        "X-Forwarded-Host: gw.example | true",
        "X-Forwarded-Host: localhost, gw.example | true",
        "Forwarded: for=127.0.0.1 | false",
        "Forwarded: For=\"[::1]:4711\"; proto=https;host=localhost;by=_x, for=127.0.0.2 | false",
        "Forwarded: for=9.9.9.9 | true",
        "Forwarded: for=9.9.9.9, for=127.0.0.1 | true",
        "Forwarded: for=127.0.0.1;host=gw.example | true",
        "Forwarded: for=127.0.0.1;for=9.9.9.9 | true",
        "Forwarded: for=_hidden | true",
        "Forwarded: for=unknown | true",
        "Forwarded: x | true",
        "Forwarded: proto=https | true",
        "Forwarded: for=\", for=203.0.113.5 | true",
        "Forwarded: for=127.0.0.1;x=\", for=\"127.0.0.1\" | true",
        "Forwarded: for=\"127.0.0.1\\\" | true",
        "Forwarded: for=127.0.0.1, | true",
      })
  void takesForForeignWhatIsNotPlainlyThisMachine(String line, boolean foreign) {
    HttpHeaders headers = new DefaultHttpHeaders();
    int colon = line.indexOf(": ");
    headers.add(line.substring(0, colon), line.substring(colon + 2));
    String expected = foreign ? line.substring(0, colon).toLowerCase(java.util.Locale.ROOT) : null;
    assertEquals(expected, ForwardingNote.foreign(headers));
  }

  @ParameterizedTest
  @CsvSource({"X-Forwarded-For", "X-Real-IP"})
  void readsEveryLineAndAnEmptyOneToo(String name) {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.add(name, "127.0.0.1").add(name, "");
    assertEquals(name.toLowerCase(java.util.Locale.ROOT), ForwardingNote.foreign(headers));
  }
}
