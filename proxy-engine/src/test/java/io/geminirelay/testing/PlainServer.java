package io.geminirelay.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes connections with the sockets of the JDK, without any code of the gateway or its libraries,
 * and serves each on a thread of its own. Thread safe.
 */
public final class PlainServer implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final ServerSocket listening;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  /** What is done with a connection; the end of its socket ends it. */
  public interface Script {
    /**
     * Serves {@code socket}, and closes it where it is to be closed.
     *
     * @param number of the connection, from 1 in the order of their arrival
     */
    void serve(Socket socket, int number) throws IOException;
  }

  /** Work of a thread, which the end of a socket ends. */
  public interface Work {
    void run() throws IOException;
  }

  /** Listens on a free port of this machine. */
  public PlainServer(Script script) throws IOException {
    this(new ServerSocket(0, BACKLOG, InetAddress.getByName("127.0.0.1")), script);
  }

  /** Takes over {@code listening}. */
  public PlainServer(ServerSocket listening, Script script) {
    this.listening = listening;
    daemon(() -> accept(script));
  }

  private void accept(Script script) throws IOException {
    while (true) {
      Socket socket = listening.accept();
      sockets.add(socket);
      if (listening.isClosed()) {
        // It was not there yet when all were closed.
        socket.close();
      }
      int number = sockets.size();
      daemon(() -> script.serve(socket, number));
    }
  }

  /** Runs {@code work} on a thread that keeps no process alive. */
  public static void daemon(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // A socket was closed: the work is over.
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** Carries bytes both ways until one side ends; then both are closed. */
  public static void join(Socket one, Socket other) throws IOException {
    daemon(() -> pump(other, one));
    pump(one, other);
  }

  private static void pump(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
  }

  /** Where it listens. */
  public int port() {
    return listening.getLocalPort();
  }

  /** The same as a URL, without TLS. */
  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /** Connections so far. */
  public int accepted() {
    return sockets.size();
  }

  /** Listens no more, and closes every connection. */
  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
