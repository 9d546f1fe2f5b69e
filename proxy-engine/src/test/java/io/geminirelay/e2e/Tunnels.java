package io.geminirelay.e2e;

import io.geminirelay.testing.PlainServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The part that exits of the tests have in common: listens, and carries bytes both ways. */
final class Tunnels implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket();
  private final PlainServer server;
  private final List<Socket> targets = new CopyOnWriteArrayList<>();
  private final Greeting greeting;
  private volatile boolean dead;

  /** What is said before the bytes pass. */
  interface Greeting {
    /** Where {@code client} is connected to, or null to leave it. */
    @Nullable Socket connect(Socket client) throws IOException;
  }

  /** Listens on {@code port}, or on a free one for 0. */
  Tunnels(int port, Greeting greeting) throws IOException {
    this.greeting = greeting;
    listening.setReuseAddress(true);
    bind(port);
    this.server = new PlainServer(listening, (socket, number) -> serve(socket));
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

  private void serve(Socket client) throws IOException {
    try (client) {
      // One may have been accepted while the listener was being closed.
      Socket target = dead ? null : greeting.connect(client);
      if (target == null) {
        return;
      }
      targets.add(target);
      if (dead) {
        target.close();
      }
      PlainServer.join(client, target);
    }
  }

  int port() {
    return server.port();
  }

  /** All that goes through breaks, and nobody listens any more. */
  @Override
  public void close() throws IOException {
    dead = true;
    server.close();
    for (Socket target : targets) {
      target.close();
    }
  }
}
