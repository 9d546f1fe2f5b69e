package io.geminirelay.e2e;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A SOCKS5 exit (RFC 1928) that takes every way to one port of this machine, wherever it was asked
 * to go: so the server there sees what comes through this exit, and nothing else.
 */
final class DivertingExit implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final int to;
  private volatile boolean mute;
  private volatile boolean dead;

  /** An exit to {@code to}, listening on {@code port}, or on a free one for 0. */
  DivertingExit(int port, int to) throws IOException {
    this.to = to;
    listening.setReuseAddress(true);
    bind(port);
    daemon(
        () -> {
          while (true) {
            Socket socket = listening.accept();
            sockets.add(socket);
            daemon(() -> serve(socket));
          }
        });
  }

  /** One that listened there before may take a moment to be gone. */
  private void bind(int port) throws IOException {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!listening.isBound()) {
      try {
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      } catch (BindException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void daemon(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // A socket was closed: this way is over.
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(Socket client) throws IOException {
    try (client) {
      if (dead) {
        // It was accepted while the listener was being closed.
        return;
      }
      if (mute) {
        refused.incrementAndGet();
        return;
      }
      DataInputStream in = new DataInputStream(client.getInputStream());
      in.readByte();
      in.skipNBytes(in.readUnsignedByte());
      client.getOutputStream().write(new byte[] {5, 0});
      in.skipNBytes(3);
      int type = in.readUnsignedByte();
      in.skipNBytes(type == 1 ? 4 : type == 4 ? 16 : in.readUnsignedByte());
      in.readUnsignedShort();
      try (Socket target = new Socket(InetAddress.getLoopbackAddress(), to)) {
        sockets.add(target);
        opened.incrementAndGet();
        client.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        daemon(() -> pump(target, client));
        pump(client, target);
      }
    }
  }

  private static void pump(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
  }

  int port() {
    return listening.getLocalPort();
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
    dead = true;
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
