package io.geminirelay.e2e;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A SOCKS5 exit (RFC 1928) that takes every way to one port of this machine, wherever it was asked
 * to go: so the server there sees what comes through this exit, and nothing else.
 */
final class DivertingExit implements AutoCloseable {
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final int to;
  private final Tunnels ways;
  private volatile boolean mute;

  /** An exit to {@code to}, listening on {@code port}, or on a free one for 0. */
  DivertingExit(int port, int to) throws IOException {
    this.to = to;
    this.ways = new Tunnels(port, this::connect);
  }

  private @Nullable Socket connect(Socket client) throws IOException {
    if (mute) {
      refused.incrementAndGet();
      return null;
    }
    DataInputStream in = new DataInputStream(client.getInputStream());
    in.readByte();
    in.skipNBytes(in.readUnsignedByte());
    client.getOutputStream().write(new byte[] {5, 0});
    in.skipNBytes(3);
    int type = in.readUnsignedByte();
    in.skipNBytes(type == 1 ? 4 : type == 4 ? 16 : in.readUnsignedByte());
    in.readUnsignedShort();
    Socket target = new Socket(InetAddress.getLoopbackAddress(), to);
    opened.incrementAndGet();
    client.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    return target;
  }

  int port() {
    return ways.port();
  }

  /** Ways opened so far. */
  int opened() {
    return opened.get();
  }

  /** From now on closes each connection unheard. */
  void fallMute() {
    mute = true;
  }

  /** Connections closed unheard. */
  int refused() {
    return refused.get();
  }

  String url() {
    return "socks5://127.0.0.1:" + port();
  }

  @Override
  public void close() throws IOException {
    die();
  }

  /** All that goes through it breaks, and nobody listens any more. */
  void die() throws IOException {
    ways.close();
  }
}
