package io.geminirelay.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Locale;

/** What the clients ask for, over and over; the upstream reads its part from the query. */
enum Workload {
  /** 1 KB in, 1 KB out. */
  UNARY(64, ":generateContent", "request"),
  /** Streams as fast as they go, 16 events of 300 bytes a write. */
  FAST16(64, ":streamGenerateContent?alt=sse&events=640&each=16&pace=0", "event"),
  /** Streams as fast as they go, one event of 300 bytes a write. */
  FAST1(64, ":streamGenerateContent?alt=sse&events=640&each=1&pace=0", "event"),
  /** 1,000 streams, an event of 300 bytes each 50 ms. */
  PACED(1000, ":streamGenerateContent?alt=sse&events=200&each=1&pace=50", "event");

  /** Asked for where nothing else is wanted. */
  static final String MODEL = "gemini-2.5-flash";

  private static final int BODY_BYTES = 1024;

  private final int connections;
  private final String path;
  private final String unit;

  Workload(int connections, String path, String unit) {
    this.connections = connections;
    this.path = path;
    this.unit = unit;
  }

  /** Connections that are kept busy. */
  int connections() {
    return connections;
  }

  /** What is counted. */
  String unit() {
    return unit;
  }

  /** Whether the answers are streams of events. */
  boolean streams() {
    return this != UNARY;
  }

  /** Its name in options and tables. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** One whole request for {@code model}; the caller releases. */
  ByteBuf request(String model) {
    String frame = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"%s\"}]}]}";
    String body = frame.formatted("a".repeat(BODY_BYTES - frame.length() + 2));
    String head =
        "POST /v1beta/models/"
            + model
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\nAccept: */*\r\n"
            + "Content-Type: application/json\r\nx-goog-api-key: a-client-token\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n";
    ByteBuf bytes = Unpooled.directBuffer(head.length() + body.length());
    ByteBufUtil.writeAscii(bytes, head + body);
    return bytes;
  }
}
