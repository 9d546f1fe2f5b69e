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
  private static final Pattern KEY_IN_QUERY = Pattern.compile("^[^?]*\\?([^ ]*&)?key=");
  private static final Pattern FIELD =
      Pattern.compile("(" + TOKEN + "): ([\\x21-\\x7e\\x80-\\xff]([\\t\\x20-\\x7e\\x80-\\xff]*)|)");
  private static final Pattern OWN_ID =
      Pattern.compile("(?m)^(x-request-id|traceparent): [^\\n]*\\n");

  private static final Pattern SIZE = Pattern.compile("[0-9a-f]{1,8}");

  private byte[] sent = new byte[0];
  private int at;

  /** The request whose body is not whole yet, so that no byte is read twice. */
  private @Nullable String head;

  private Map<String, String> fields = Map.of();
  private ByteArrayOutputStream body = new ByteArrayOutputStream();

  /** Tells all that was sent on the connection so far. */
  void sent(byte[] bytes) {
    sent = bytes;
  }

  /** The next whole request, its body without framing; null while it is not whole. */
  @Nullable String next() {
    if (head == null) {
      int end = endOfHead();
      if (end < 0) {
        return null;
      }
      head = text(at, end);
      fields = fields(head);
      body = new ByteArrayOutputStream();
      at = end + 4;
    }
    if (!readBody(head)) {
      return null;
    }
    String plain = head.replace("\r\n", "\n") + "\n";
    head = null;
    return OWN_ID.matcher(plain).replaceAll("") + "\n" + body.toString(StandardCharsets.ISO_8859_1);
  }

  /** Whether the body is whole now. */
  private boolean readBody(String head) {
    String length = fields.get("content-length");
    String coding = fields.get("transfer-encoding");
    assertFalse(length != null && coding != null, head);
    if (length != null) {
      assertTrue(length.matches("[0-9]{1,9}"), head);
      int bytes = Integer.parseInt(length);
      if (bytes > sent.length - at) {
        return false;
      }
      body.write(sent, at, bytes);
      at += bytes;
    } else if (coding != null) {
      assertEquals("chunked", coding, head);
      return readChunks();
    }
    return true;
  }

  private static Map<String, String> fields(String head) {
    String[] lines = head.split("\r\n", -1);
    assertTrue(LINE.matcher(lines[0]).matches(), head);
    assertFalse(KEY_IN_QUERY.matcher(lines[0]).find(), head);
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

  private boolean readChunks() {
    while (true) {
      int end = endOfLine(at);
      if (end < 0) {
        return false;
      }
      String size = text(at, end);
      assertTrue(SIZE.matcher(size).matches(), size);
      int bytes = Integer.parseInt(size, 16);
      int next = end + 2 + bytes;
      if (next + 2 > sent.length) {
        return false;
      }
      assertEquals("\r\n", text(next, next + 2));
      body.write(sent, end + 2, bytes);
      at = next + 2;
      if (bytes == 0) {
        return true;
      }
    }
  }

  private int endOfHead() {
    int end = endOfLine(at);
    while (end >= 0 && endOfLine(end + 2) != end + 2) {
      end = endOfLine(end + 2);
    }
    return end;
  }

  private int endOfLine(int from) {
    for (int i = from; i + 1 < sent.length; i++) {
      if (sent[i] == '\r' && sent[i + 1] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private String text(int from, int to) {
    return new String(sent, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
