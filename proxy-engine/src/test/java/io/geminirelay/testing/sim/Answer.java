package io.geminirelay.testing.sim;

import io.geminirelay.testing.EverySplit;
import io.geminirelay.testing.Header;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An answer as a list of steps: head, pieces of the body, pauses, and how it ends. Immutable; every
 * method that changes something returns another answer. One answer can be given many times.
 */
public final class Answer {
  private final List<Step> steps;

  private Answer(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  /** An answer without a body. */
  public static Answer of(int status, Header... headers) {
    return of(status, List.of(headers), new byte[0]);
  }

  /** An answer whose body goes out in one piece, with its length told in the head. */
  public static Answer of(int status, List<Header> headers, byte[] body) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step.Head(status, List.copyOf(headers), Wire.Framing.LENGTH, body.length));
    if (body.length > 0) {
      steps.add(new Step.Data(body, false));
    }
    steps.add(Step.Act.END);
    return new Answer(steps);
  }

  /** A body of this content type, in one piece. */
  public static Answer of(int status, String contentType, String body) {
    return of(
        status, Header.list("content-type", contentType), body.getBytes(StandardCharsets.UTF_8));
  }

  /** A body of unknown length, each piece written and flushed by itself. */
  public static Answer stream(int status, List<Header> headers, List<byte[]> pieces) {
    List<Step> steps = new ArrayList<>();
    steps.add(
        new Step.Head(
            status, List.copyOf(headers), Wire.Framing.CHUNKED, StepLists.length(pieces)));
    for (byte[] piece : pieces) {
      if (piece.length > 0) {
        steps.add(new Step.Data(piece, true));
      }
    }
    steps.add(Step.Act.END);
    return new Answer(steps);
  }

  /** Never answers; the connection stays open. */
  public static Answer never() {
    return new Answer(List.of(Step.Act.STALL));
  }

  /** Reads nothing more of the request and never answers; for {@link Script#nextAtHead}. */
  public static Answer neverReading() {
    return new Answer(List.of(Step.Act.STOP_READING, Step.Act.STALL));
  }

  /** Bytes that need not be HTTP, then a close. */
  public static Answer raw(byte[] bytes) {
    return new Answer(List.of(new Step.Raw(bytes), Step.Act.CUT));
  }

  /** A block repeated {@code blocks} times as fast as the reader takes it, framed as chunks. */
  public static Answer flood(List<Header> headers, byte[] block, long blocks, byte[] tail) {
    return new Answer(
        List.of(
            new Step.Head(200, List.copyOf(headers), Wire.Framing.CHUNKED, block.length * blocks),
            new Step.Flood(block, blocks),
            new Step.Data(tail, false),
            Step.Act.END));
  }

  /** The status, or 0 if no head is ever sent. */
  public int status() {
    Step.Head head = StepLists.head(steps);
    return head == null ? 0 : head.status();
  }

  /** The whole body that would be sent without a cut. */
  public byte[] body() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    StepLists.pieces(steps).forEach(all::writeBytes);
    return all.toByteArray();
  }

  /** The headers of the answer. */
  public List<Header> headers() {
    Step.Head head = StepLists.head(steps);
    return head == null ? List.of() : head.headers();
  }

  /** Adds a header. */
  public Answer with(String name, String value) {
    List<Header> headers = new ArrayList<>(headers());
    headers.add(new Header(name, value));
    return new Answer(StepLists.withHead(steps, headers, null));
  }

  /** Removes all headers of this name. */
  public Answer without(String name) {
    List<Header> headers = new ArrayList<>(headers());
    headers.removeIf(header -> header.name().equalsIgnoreCase(name));
    return new Answer(StepLists.withHead(steps, headers, null));
  }

  /** Frames the body with Content-Length. */
  public Answer withLength() {
    return new Answer(StepLists.withHead(steps, headers(), Wire.Framing.LENGTH));
  }

  /** Frames the body in chunks. */
  public Answer chunked() {
    return new Answer(StepLists.withHead(steps, headers(), Wire.Framing.CHUNKED));
  }

  /** Ends the body by closing the connection, with no length told. */
  public Answer untilClose() {
    return new Answer(StepLists.withHead(steps, headers(), Wire.Framing.UNTIL_CLOSE));
  }

  /** Says {@code Connection: close} and closes after the answer. */
  public Answer closing() {
    return with("connection", "close");
  }

  /** Waits before the head. */
  public Answer delayed(Duration time) {
    return new Answer(StepLists.insert(steps, 0, new Step.Pause(time)));
  }

  /** Sends an informational answer before everything else. */
  public Answer informing(int status, Header... headers) {
    return new Answer(StepLists.insert(steps, 0, new Step.Inform(status, List.of(headers))));
  }

  /** Waits before every piece of the body but the first. */
  public Answer paced(Duration time) {
    List<Step> paced = new ArrayList<>();
    boolean first = true;
    for (Step step : steps) {
      if (step instanceof Step.Data && !first) {
        paced.add(new Step.Pause(time));
      }
      first &= !(step instanceof Step.Data);
      paced.add(step);
    }
    return new Answer(paced);
  }

  /** Flushes only every n-th piece, so that several arrive in one read. */
  public Answer flushingEvery(int pieces) {
    List<Step> batched = new ArrayList<>();
    int count = 0;
    for (Step step : steps) {
      boolean isData = step instanceof Step.Data;
      batched.add(isData ? new Step.Data(((Step.Data) step).bytes, ++count % pieces == 0) : step);
    }
    return new Answer(batched);
  }

  /** Cuts the body before each of these ascending offsets. Earlier pacing is dropped. */
  public Answer splitAt(int... offsets) {
    return new Answer(StepLists.withPieces(steps, EverySplit.cut(body(), offsets)));
  }

  /** Cuts the body to pieces of random size, mostly small. Earlier pacing is dropped. */
  public Answer splitRandomly(long seed) {
    Random random = new Random(seed);
    byte[] body = body();
    int largest = Math.max(1 << (1 + random.nextInt(10)), body.length / 256);
    return new Answer(StepLists.withPieces(steps, EverySplit.randomly(body, largest, random)));
  }

  /** Sends pieces of {@code bytes} bytes, one each {@code interval}. */
  public Answer dripping(int bytes, Duration interval) {
    byte[] body = body();
    int cuts = Math.max(0, (body.length - 1) / bytes);
    int[] offsets = java.util.stream.IntStream.rangeClosed(1, cuts).map(i -> i * bytes).toArray();
    return splitAt(offsets).paced(interval);
  }

  /** Resets the connection instead of answering. */
  public Answer resetBeforeHead() {
    return new Answer(StepLists.endingAt(steps, 0, Step.Act.RESET));
  }

  /** Resets the connection right after the head. */
  public Answer resetAfterHead() {
    return resetAfter(0);
  }

  /** Resets the connection after so many bytes of the body. */
  public Answer resetAfter(long bytes) {
    return new Answer(StepLists.endingAfter(steps, bytes, Step.Act.RESET));
  }

  /** Closes the connection instead of answering. */
  public Answer closeBeforeHead() {
    return new Answer(StepLists.endingAt(steps, 0, Step.Act.CUT));
  }

  /** Closes the connection in an orderly way after so many bytes of the body. */
  public Answer cutAfter(long bytes) {
    return new Answer(StepLists.endingAfter(steps, bytes, Step.Act.CUT));
  }

  /** Sends so many bytes of the body and then nothing more. */
  public Answer stallAfter(long bytes) {
    return new Answer(StepLists.endingAfter(steps, bytes, Step.Act.STALL));
  }

  /** HTTP/2: RST_STREAM with this code instead of an answer. */
  public Answer resetStream(long code) {
    return new Answer(StepLists.endingAt(steps, 0, new Step.ResetStream(code)));
  }

  /** HTTP/2: RST_STREAM with this code after so many bytes of the body. */
  public Answer resetStreamAfter(long bytes, long code) {
    return new Answer(StepLists.endingAfter(steps, bytes, new Step.ResetStream(code)));
  }

  /** HTTP/2: GOAWAY before the head; this answer is still given. */
  public Answer goingAway(long code) {
    return new Answer(StepLists.insert(steps, 0, new Step.GoAway(code, false)));
  }

  /** HTTP/2: GOAWAY that says this request was not looked at: it may be sent elsewhere. */
  public Answer goingAwayRefused(long code) {
    return new Answer(StepLists.endingAt(steps, 0, new Step.GoAway(code, true)));
  }

  /** The same answer in gzip, flushed at the end of each piece. */
  public Answer gzipped() {
    List<byte[]> packed = Gzip.pieces(StepLists.pieces(steps));
    return new Answer(StepLists.withPieces(steps, packed)).with("content-encoding", "gzip");
  }

  List<Step> steps() {
    return steps;
  }
}
