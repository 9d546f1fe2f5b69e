package io.geminirelay.flow.accept;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Finds the end of a request head and refuses what a lenient parser would repair: line ends that
 * are not CRLF, folded lines, blanks in the request line, heads beyond the limits (RFC 9112
 * sections 2.2, 3 and 5.2).
 *
 * <p>Looks at bytes without moving any index, and remembers where it stopped, so that a head which
 * comes in pieces is read once. What it lets pass goes to the parser as one whole head; names and
 * values are checked there. Not thread safe.
 */
final class HeadScanner {
  private static final byte CR = '\r';
  private static final byte LF = '\n';

  private final int maxLineBytes;
  private final int maxHeaderBytes;
  private final int maxFields;

  private int scanned;
  private int lineStart;
  private int headersStart;
  private int fields;

  /**
   * Makes a scanner.
   *
   * @param maxLineBytes request line without its CRLF, at most
   * @param maxHeaderBytes header lines with their CRLFs, at most
   * @param maxFields header lines at most
   */
  HeadScanner(int maxLineBytes, int maxHeaderBytes, int maxFields) {
    this.maxLineBytes = maxLineBytes;
    this.maxHeaderBytes = maxHeaderBytes;
    this.maxFields = maxFields;
  }

  /** Forgets the head that was read. */
  void reset() {
    scanned = 0;
    lineStart = 0;
    headersStart = 0;
    fields = 0;
  }

  /**
   * Looks at {@code in}, whose reader index must still be at the start of the head.
   *
   * @return the length of the whole head, or -1 while it is not complete
   * @throws FaultException when the head breaks a rule
   */
  int look(ByteBuf in) throws FaultException {
    int base = in.readerIndex();
    int end = in.readableBytes();
    // What is not HTTP at all (TLS on the plain port) may never send a line. Before all else: the
    // answer must not depend on how much came with the first byte.
    if (scanned == 0 && end > 0 && !Tokens.isTokenByte(in.getByte(base))) {
      throw refused("the request does not begin with a method");
    }
    while (true) {
      int at = in.indexOf(base + scanned, base + end, LF);
      if (at < 0) {
        scanned = end;
        checkSize(end);
        return -1;
      }
      int lf = at - base;
      int length = lf - 1 - lineStart;
      checkSize(lf);
      if (length < 0 || in.getByte(at - 1) != CR) {
        throw refused("a line does not end with CRLF");
      }
      scanned = lf + 1;
      if (headersStart == 0) {
        requestLine(in, base + lineStart, length);
        headersStart = scanned;
      } else if (length == 0) {
        return scanned;
      } else {
        header(in.getByte(base + lineStart), scanned);
      }
      lineStart = scanned;
    }
  }

  /**
   * The target of the request line that {@code in} begins with, as far as it has come and can be
   * read; {@code /} where it cannot. For a head that is refused: tells which API was meant.
   */
  String target(ByteBuf in) {
    int begin = in.readerIndex();
    int end = Math.min(in.writerIndex(), begin + maxLineBytes);
    int start = begin;
    while (start < end && Tokens.isTokenByte(in.getByte(start))) {
      start++;
    }
    if (start == begin) {
      return "/";
    }
    start++;
    int targetEnd = start;
    while (targetEnd < end && isTargetByte(in.getByte(targetEnd))) {
      targetEnd++;
    }
    boolean path = start < targetEnd && in.getByte(start - 1) == ' ' && in.getByte(start) == '/';
    return path ? in.toString(start, targetEnd - start, StandardCharsets.US_ASCII) : "/";
  }

  // A line without an end must not grow without an end; one that came whole gets the answer that
  // it would get in pieces.
  private void checkSize(int end) throws FaultException {
    if (headersStart != 0) {
      if (end - headersStart > maxHeaderBytes) {
        throw tooLarge();
      }
    } else if (end > maxLineBytes + 1) {
      throw tooLong();
    }
  }

  private void header(byte first, int end) throws FaultException {
    if (first == ' ' || first == '\t') {
      throw refused("a header line begins with a blank");
    }
    fields++;
    if (fields > maxFields || end - headersStart > maxHeaderBytes) {
      throw tooLarge();
    }
  }

  private void requestLine(ByteBuf in, int start, int length) throws FaultException {
    if (length > maxLineBytes) {
      throw tooLong();
    }
    int end = start + length;
    int methodEnd = start;
    while (methodEnd < end && Tokens.isTokenByte(in.getByte(methodEnd))) {
      methodEnd++;
    }
    int targetEnd = methodEnd + 1;
    while (targetEnd < end && isTargetByte(in.getByte(targetEnd))) {
      targetEnd++;
    }
    boolean blanks =
        methodEnd > start
            && targetEnd > methodEnd + 1
            && targetEnd < end
            && in.getByte(methodEnd) == ' '
            && in.getByte(targetEnd) == ' ';
    if (!blanks) {
      throw refused("the request line is not a method, a target and a version");
    }
    version(in, targetEnd + 1, end);
  }

  private static void version(ByteBuf in, int start, int end) throws FaultException {
    boolean wellFormed =
        end - start == 8
            && in.getInt(start) == 0x48545450 // "HTTP"
            && in.getByte(start + 4) == '/'
            && isDigit(in.getByte(start + 5))
            && in.getByte(start + 6) == '.'
            && isDigit(in.getByte(start + 7));
    if (!wellFormed) {
      throw refused("the HTTP version is malformed");
    }
    byte minor = in.getByte(start + 7);
    if (in.getByte(start + 5) != '1' || (minor != '0' && minor != '1')) {
      throw new FaultException(
          Fault.of(
              FaultKind.VERSION_NOT_SUPPORTED, "only HTTP/1.0, HTTP/1.1 and HTTP/2 are served"));
    }
  }

  // A fragment is never sent (RFC 9112 section 3.2); the other visible characters that RFC 3986
  // leaves out are let through, since clients do send them.
  private static boolean isTargetByte(byte b) {
    return b > ' ' && b < 0x7f && b != '#';
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static FaultException refused(String detail) {
    return new FaultException(Fault.of(FaultKind.BAD_FRAMING, detail));
  }

  private FaultException tooLong() {
    return new FaultException(
        Fault.of(
            FaultKind.URI_TOO_LONG, "the request line is longer than " + maxLineBytes + " bytes"));
  }

  private FaultException tooLarge() {
    return new FaultException(
        Fault.of(
            FaultKind.HEADERS_TOO_LARGE,
            "the header is longer than "
                + maxHeaderBytes
                + " bytes or has more than "
                + maxFields
                + " fields"));
  }
}
