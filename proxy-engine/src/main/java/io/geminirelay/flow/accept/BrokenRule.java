package io.geminirelay.flow.accept;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Names the rule that a head breaks which the parser has refused, in words of its own: the parser's
 * may repeat what the client sent, a credential included (RFC 9112 sections 5 and 6). Pure.
 */
final class BrokenRule {
  private static final String OTHER = "the request is not well-formed HTTP";

  private BrokenRule() {}

  /** The first broken rule of the {@code length} bytes at {@code start}, for people. */
  static String of(ByteBuf in, int start, int length) {
    String[] lines = in.toString(start, length, StandardCharsets.ISO_8859_1).split("\r\n", -1);
    int lengths = 0;
    boolean coding = false;
    for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
      String broken = ofLine(lines[i]);
      if (broken != null) {
        return broken;
      }
      String name = lines[i].substring(0, lines[i].indexOf(':')).toLowerCase(Locale.ROOT);
      lengths += name.equals("content-length") ? 1 : 0;
      coding |= name.equals("transfer-encoding");
    }
    if (coding) {
      return "Transfer-Encoding has to be chunked, without Content-Length, and in HTTP/1.1";
    }
    return lengths > 1 ? "there is more than one Content-Length header" : OTHER;
  }

  private static @Nullable String ofLine(String line) {
    int colon = line.indexOf(':');
    if (colon < 0) {
      return "a header line has no colon";
    }
    String name = line.substring(0, colon);
    if (name.endsWith(" ") || name.endsWith("\t")) {
      return "there is a blank before the colon of a header";
    }
    if (!Tokens.isToken(name)) {
      return "a header name is empty or holds a character that names may not hold";
    }
    String value = line.substring(colon + 1);
    if (value.chars().anyMatch(BrokenRule::isControl)) {
      return "the value of a header holds a control byte";
    }
    boolean length = name.equalsIgnoreCase("content-length");
    return length && !value.strip().matches("[0-9]{1,18}")
        ? "Content-Length has to be one number"
        : null;
  }

  private static boolean isControl(int c) {
    return (c < ' ' && c != '\t') || c == 0x7f;
  }
}
