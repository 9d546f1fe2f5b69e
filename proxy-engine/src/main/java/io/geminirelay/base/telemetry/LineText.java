package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Texts as lines of the log may hold them, whoever wrote them. Pure. */
final class LineText {
  private static final HexFormat HEX = HexFormat.of();
  private static final char UNKNOWN = '\uFFFD';
  private static final char DELETE = 0x7f;
  private static final int MAX_EXCEPTIONS = 20;

  private LineText() {}

  /**
   * The same text, with a sign for the unknown in place of each half of a surrogate pair and of the
   * one control sign that JSON does not escape.
   */
  static String whole(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i)) || text.charAt(i) == DELETE) {
        return repaired(text);
      }
    }
    return text;
  }

  private static String repaired(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              boolean half = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
              out.appendCodePoint(half || point == DELETE ? UNKNOWN : point);
            });
    return out.toString();
  }

  /**
   * Appends {@code text} with a backslash, {@code u} and four digits for whatever ends a line or
   * steers a terminal.
   */
  static void appendOnOneLine(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean steers =
          Character.isISOControl(c)
              || c == '\u2028'
              || c == '\u2029'
              || Character.getType(c) == Character.FORMAT
              || Character.isSurrogate(c) && !inPair(text, i);
      if (steers && c != '\t') {
        out.append("\\u").append(HEX.toHexDigits(c));
      } else {
        out.append(c);
      }
    }
  }

  private static boolean inPair(String text, int at) {
    char c = text.charAt(at);
    return Character.isHighSurrogate(c)
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }

  /** Appends an exception with its stack, causes and what was suppressed, a line a frame. */
  static void appendStack(StringBuilder out, IThrowableProxy thrown) {
    appendStack(out, thrown, "", MAX_EXCEPTIONS);
  }

  /** Returns how many exceptions may still follow. */
  private static int appendStack(
      StringBuilder out, IThrowableProxy thrown, String indent, int most) {
    @Nullable IThrowableProxy each = thrown;
    int left = most;
    for (boolean first = true; each != null && left > 0; first = false) {
      out.append(first ? "" : indent + "Caused by: ").append(each.getClassName());
      String message = each.getMessage();
      if (message != null) {
        appendOnOneLine(out.append(": "), message);
      }
      out.append('\n');
      left--;
      appendFrames(out, each, indent);
      IThrowableProxy[] suppressed = each.getSuppressed();
      for (int i = 0; suppressed != null && i < suppressed.length && left > 0; i++) {
        out.append(indent).append("\tSuppressed: ");
        left = appendStack(out, suppressed[i], indent + "\t", left);
      }
      each = each.getCause();
    }
    return left;
  }

  private static void appendFrames(StringBuilder out, IThrowableProxy thrown, String indent) {
    StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
    int own = frames.length - thrown.getCommonFrames();
    for (int f = 0; f < own; f++) {
      out.append(indent).append("\tat ").append(frames[f].getStackTraceElement()).append('\n');
    }
  }
}
