package io.geminirelay.bench.load.client;

import io.geminirelay.bench.load.plan.Ask;
import io.geminirelay.bench.load.plan.Workload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** A whole request of HTTP/1.1. */
final class Http1Request {
  private Http1Request() {}

  /** The bytes that ask for {@code model}; the caller releases. */
  static ByteBuf bytes(Ask ask, String model) {
    ByteBuf body = ask.body().write();
    try {
      String head =
          "POST "
              + ask.path(model)
              + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\nAccept: */*\r\n"
              + "Content-Type: application/json\r\nx-goog-api-key: "
              + Workload.TOKEN
              + "\r\nContent-Length: "
              + body.readableBytes()
              + "\r\n\r\n";
      ByteBuf bytes = Unpooled.directBuffer(head.length() + body.readableBytes());
      ByteBufUtil.writeAscii(bytes, head);
      return bytes.writeBytes(body);
    } finally {
      body.release();
    }
  }
}
