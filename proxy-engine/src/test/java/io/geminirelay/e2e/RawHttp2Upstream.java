package io.geminirelay.e2e;

import io.geminirelay.testing.PlainServer;
import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.RawHttp2.Frame;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP/2 upstream with prior knowledge whose first request is answered frame by frame as a
 * script says, and each later one as it should be. It never acknowledges SETTINGS.
 */
final class RawHttp2Upstream implements AutoCloseable {
  static final String ANSWER =
      "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":\"STOP\"}]}";

  /** What is sent when the first request is there, on its stream. */
  interface Script {
    void answer(RawHttp2 raw, int stream) throws IOException;
  }

  /** When the first request counts as there. */
  enum Moment {
    HEAD,
    END
  }

  final AtomicInteger requests = new AtomicInteger();
  final AtomicInteger pings = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  final List<String> resets = new CopyOnWriteArrayList<>();
  private final PlainServer server;
  private final Moment moment;
  private final Script script;

  RawHttp2Upstream(Moment moment, Script script) throws IOException {
    this.moment = moment;
    this.script = script;
    this.server = new PlainServer((socket, number) -> serve(new RawHttp2(socket)));
  }

  private void serve(RawHttp2 raw) throws IOException {
    raw.readPreface();
    raw.send(RawHttp2.settings());
    int first = -1;
    for (Frame frame = raw.next(); frame != null; frame = raw.next()) {
      if (frame.type() == RawHttp2.HEADERS && requests.incrementAndGet() == 1) {
        first = frame.stream();
        if (moment == Moment.HEAD) {
          script.answer(raw, first);
        }
      }
      if (frame.type() == RawHttp2.PING && (frame.flags() & RawHttp2.ACK) == 0) {
        pings.incrementAndGet();
      }
      if (frame.type() == RawHttp2.RST_STREAM) {
        resets.add(frame.stream() + " " + frame.payload()[3]);
      }
      if (frame.ends() && frame.stream() != first) {
        good(raw, frame.stream());
      } else if (frame.ends() && moment == Moment.END) {
        script.answer(raw, first);
      }
    }
    closed.incrementAndGet();
  }

  /** Answers as it should be. */
  static void good(RawHttp2 raw, int stream) {
    raw.send(head(stream), RawHttp2.data(stream, ANSWER, true));
  }

  /** The head of such an answer, then {@code more} fields. */
  static byte[] head(int stream, String... more) {
    byte[] usual = RawHttp2.block(":status", "200", "content-type", "application/json");
    return RawHttp2.frame(
        RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.join(usual, RawHttp2.block(more)));
  }

  int connections() {
    return server.accepted();
  }

  String url() {
    return server.url();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
