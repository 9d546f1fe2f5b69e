package io.geminirelay.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the body of one HTTP/1.1 answer as it comes, by whichever framing its head tells. */
final class Http1Body {
  private final Http1Input in;
  private final Framing framing;
  private final List<Header> trailers = new ArrayList<>();
  private long left;
  private boolean afterChunk;
  private boolean ended;
  private boolean whole;

  private enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  Http1Body(Http1Input in, int status, List<Header> headers, boolean answersHead) {
    this.in = in;
    String coding = Header.first(headers, "transfer-encoding");
    String length = Header.first(headers, "content-length");
    if (answersHead || status < 200 || status == 204 || status == 304) {
      framing = Framing.NONE;
    } else if (coding != null && coding.equalsIgnoreCase("chunked")) {
      framing = Framing.CHUNKED;
    } else if (length != null) {
      framing = Framing.LENGTH;
      left = Long.parseLong(length.trim());
    } else {
      framing = Framing.UNTIL_CLOSE;
    }
    if (framing == Framing.NONE || (framing == Framing.LENGTH && left == 0)) {
      end(true);
    }
  }

  /** The next bytes, as many as are there but at most {@code largest}; null at the end. */
  byte @Nullable [] next(int largest) throws IOException {
    try {
      return ended || (framing == Framing.CHUNKED && left == 0 && !nextChunk())
          ? null
          : piece(largest);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      end(false);
      return null;
    }
  }

  private byte @Nullable [] piece(int largest) throws IOException {
    boolean bounded = framing != Framing.UNTIL_CLOSE;
    byte[] bytes = in.some(bounded ? (int) Math.min(left, largest) : largest);
    if (bytes.length == 0) {
      end(!bounded);
      return null;
    }
    left -= bytes.length;
    if (framing == Framing.LENGTH && left == 0) {
      end(true);
    }
    return bytes;
  }

  private boolean nextChunk() throws IOException {
    if (afterChunk) {
      in.expectEmptyLine();
    }
    afterChunk = true;
    String line = in.line();
    int extension = line.indexOf(';');
    left = Long.parseLong((extension < 0 ? line : line.substring(0, extension)).trim(), 16);
    if (left > 0) {
      return true;
    }
    trailers.addAll(in.headers());
    end(true);
    return false;
  }

  byte[] rest() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece = next(65_536); piece != null; piece = next(65_536)) {
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }

  boolean ended() {
    return ended;
  }

  boolean whole() {
    return whole;
  }

  List<Header> trailers() {
    return List.copyOf(trailers);
  }

  private void end(boolean asTold) {
    ended = true;
    whole = asTold;
  }
}
