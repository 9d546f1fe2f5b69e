package io.geminirelay.fuzz;

import java.util.Locale;

/** Reads an HTTP/1.1 answer as its client does: without regard to where chunks end. Pure. */
final class AnswerText {
  private AnswerText() {}

  /** Status line and header. */
  static String head(String answer) {
    int end = answer.indexOf("\r\n\r\n");
    return end < 0 ? answer : answer.substring(0, end + 4);
  }

  private static boolean isChunked(String head) {
    return head.toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding: chunked\r\n");
  }

  /** Head and body, without the chunks' lines. */
  static String plain(String answer) {
    String head = head(answer);
    if (!isChunked(head)) {
      return answer;
    }
    StringBuilder body = new StringBuilder(head);
    for (int at = head.length(); ; ) {
      int line = answer.indexOf("\r\n", at);
      if (line < 0) {
        return body.toString();
      }
      int size = Integer.parseInt(answer.substring(at, line), 16);
      if (size == 0) {
        return body.append("<end>").append(answer.substring(line + 2)).toString();
      }
      body.append(answer, line + 2, Math.min(line + 2 + size, answer.length()));
      at = line + 2 + size + 2;
      if (at >= answer.length()) {
        return body.toString();
      }
    }
  }

  /** Whether a chunked answer has its end; others are as whole as they are. */
  static boolean isWhole(String answer) {
    return !isChunked(head(answer)) || plain(answer).endsWith("<end>\r\n");
  }
}
