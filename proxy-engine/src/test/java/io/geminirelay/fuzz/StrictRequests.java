package io.geminirelay.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the requests that were sent on one HTTP/1.1 connection, and takes nothing but the plainest
 * form of RFC 9112: any other is a finding, as two servers could read it in two ways.
 */
final class StrictRequests {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern LINE = Pattern.compile("[A-Z]+ /[\\x21-\\x7e]* HTTP/1\\.1");
  private static final Pattern FIELD =
      Pattern.compile("(" + TOKEN + "): ([\\x21-\\x7e\\x80-\\xff]([\\t\\x20-\\x7e\\x80-\\xff]*)|)");
  private static final Pattern OWN_ID =
      Pattern.compile("(?m)^(x-request-id|traceparent): [^\\n]*\\n");

  private byte[] sent = new byte[0];
  private int at;

  /** Tells all that was sent on the connection so far. */
  void sent(byte[] bytes) {
    sent = bytes;
  }

  /** Whether a part of a request has come that {@link #next} has not given. */
  boolean isWithinRequest() {
    return at < sent.length;
  }

  /** The next whole request, its body without framing; null while it is not whole. */
  @Nullable String next() {
    int end = find("\r\n\r\n", at);
    if (end < 0) {
      return null;
    }
    String head = text(at, end);
    Map<String, String> fields = fields(head);
    String length = fields.get("content-length");
    String coding = fields.get("transfer-encoding");
    assertFalse(length != null && coding != null, head);
    byte[] body = new byte[0];
    int after = end + 4;
    if (length != null) {
      assertTrue(length.matches("[0-9]{1,9}"), head);
      int until = after + Integer.parseInt(length);
      if (until > sent.length) {
        return null;
      }
      body = Arrays.copyOfRange(sent, after, until);
      after = until;
    } else if (coding != null) {
      assertEquals("chunked", coding, head);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      after = chunks(after, all);
      if (after < 0) {
        return null;
      }
      body = all.toByteArray();
    }
    at = after;
    String plain = head.replace("\r\n", "\n") + "\n";
    return OWN_ID.matcher(plain).replaceAll("")
        + "\n"
        + new String(body, StandardCharsets.ISO_8859_1);
  }

  private static Map<String, String> fields(String head) {
    String[] lines = head.split("\r\n", -1);
    assertTrue(LINE.matcher(lines[0]).matches(), head);
    assertFalse(lines[0].contains("key="), head);
    Map<String, String> fields = new HashMap<>();
    for (String line : Arrays.asList(lines).subList(1, lines.length)) {
      var field = FIELD.matcher(line);
      assertTrue(field.matches(), () -> line + " in\n" + head);
      String name = field.group(1).toLowerCase(Locale.ROOT);
      boolean second = fields.put(name, field.group(2)) != null;
      boolean single =
          name.equals("host")
              || name.equals("content-length")
              || name.equals("transfer-encoding")
              || name.equals("x-goog-api-key")
              || name.equals("authorization");
      assertFalse(second && single, head);
    }
    assertTrue(fields.containsKey("host"), head);
    boolean native1 = fields.containsKey("x-goog-api-key");
    assertTrue(native1 != fields.containsKey("authorization"), head);
    return fields;
  }

  private int chunks(int from, ByteArrayOutputStream body) {
    for (int start = from; ; ) {
      int end = find("\r\n", start);
      if (end < 0) {
        return -1;
      }
      String size = text(start, end);
      assertTrue(size.matches("[0-9a-f]{1,8}"), size);
      int bytes = Integer.parseInt(size, 16);
      int next = end + 2 + bytes;
      if (next + 2 > sent.length) {
        return -1;
      }
      assertEquals("\r\n", text(next, next + 2));
      if (bytes == 0) {
        return next + 2;
      }
      body.write(sent, end + 2, bytes);
      start = next + 2;
    }
  }

  private int find(String mark, int from) {
    int found = text(from, sent.length).indexOf(mark);
    return found < 0 ? -1 : from + found;
  }

  private String text(int from, int to) {
    return new String(sent, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
