package io.geminirelay.base.service;

import io.geminirelay.base.config.EngineConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A listening TCP socket that the service manager has opened, and holds while the gateway is
 * replaced: who connects meanwhile waits instead of being refused.
 *
 * @param descriptor its file descriptor
 */
public record HandedSocket(int descriptor) {
  /** Where the handed ones begin (sd_listen_fds(3)). */
  private static final int FIRST = 3;

  // Linux, asm-generic/socket.h; the same on all processors that Netty has a library for.
  private static final int SOL_SOCKET = 1;
  private static final int SO_TYPE = 3;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_DOMAIN = 39;
  private static final int SOCK_STREAM = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int NONBLOCK = 04000;

  /**
   * The one of {@code count} that were handed over; null for none.
   *
   * @throws IllegalStateException where there are several, or it cannot be listened on
   */
  public static @Nullable HandedSocket of(int count) {
    if (count == 0) {
      return null;
    }
    if (count > 1) {
      throw new IllegalStateException(
          "LISTEN_FDS hands over " + count + " sockets, and one can be listened on");
    }
    if (!Epoll.isAvailable()) {
      throw new IllegalStateException(
          "LISTEN_FDS hands over a socket, and epoll's native library, which is needed for it, does"
              + " not load: "
              + Epoll.unavailabilityCause());
    }
    if (!isListening(FIRST)) {
      throw new IllegalStateException(
          "LISTEN_FDS hands over file descriptor " + FIRST + ", which is no listening TCP socket");
    }
    try {
      stopBlocking(new Socket(FIRST));
    } catch (IOException e) {
      throw new IllegalStateException(
          "the socket that LISTEN_FDS hands over cannot be used; NonBlocking=yes in the service"
              + " may help: "
              + e.getMessage(),
          e);
    }
    return new HandedSocket(FIRST);
  }

  private static boolean isListening(int descriptor) {
    try {
      Socket socket = new Socket(descriptor);
      int domain = socket.getIntOpt(SOL_SOCKET, SO_DOMAIN);
      return (domain == AF_INET || domain == AF_INET6)
          && socket.getIntOpt(SOL_SOCKET, SO_TYPE) == SOCK_STREAM
          && socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) == 1;
    } catch (IOException | ChannelException e) {
      return false; // no socket at all
    }
  }

  /**
   * An event loop must not block in accept(2), and a socket is handed over as its unit has it. Java
   * knows no fcntl(2); but the receiver of a descriptor is given it in this mode, which belongs to
   * the socket and not to the descriptor. So it is sent to ourselves.
   */
  private static void stopBlocking(Socket socket) throws IOException {
    if (isNonBlocking(socket)) {
      return;
    }
    DomainSocketAddress here = new DomainSocketAddress("\0gemini-relay-" + UUID.randomUUID());
    Socket door = Socket.newSocketDomain();
    Socket sender = Socket.newSocketDomain();
    try {
      door.bind(here);
      door.listen(1);
      sender.connect(here);
      passThrough(socket, door, sender);
    } finally {
      sender.close();
      door.close();
    }
    if (!isNonBlocking(socket)) {
      throw new IOException("it stays in blocking mode");
    }
  }

  private static void passThrough(Socket socket, Socket door, Socket sender) throws IOException {
    int accepted = door.accept(new byte[26]);
    if (accepted < 0) {
      throw new IOException("nobody came to accept");
    }
    Socket receiver = new Socket(accepted);
    try {
      sender.sendFd(socket.intValue());
      int received = receiver.recvFd();
      if (received < 0) {
        throw new IOException("no descriptor was received");
      }
      new Socket(received).close();
    } finally {
      receiver.close();
    }
  }

  private static boolean isNonBlocking(Socket socket) throws IOException {
    Path facts = Path.of("/proc/self/fdinfo/" + socket.intValue());
    return Files.readAllLines(facts).stream()
        .filter(line -> line.startsWith("flags:"))
        .map(line -> line.substring("flags:".length()).strip())
        .anyMatch(flags -> (Integer.parseInt(flags, 8) & NONBLOCK) != 0);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    InetSocketAddress address = new Socket(descriptor).localAddress();
    if (address == null) {
      throw new IllegalStateException("the socket that LISTEN_FDS hands over has no address");
    }
    return address;
  }

  /**
   * Lets only such a configuration pass as says who may call, if other machines can. What it says
   * of its own address was checked when it was read.
   *
   * @throws IOException tells what is missing
   */
  public void requireGuarded(EngineConfig config) throws IOException {
    boolean guarded =
        config.openToAll()
            || !config.clients().isEmpty()
            || config.dialects().generatePassword() != null;
    if (reachable() && !guarded) {
      throw new IOException(
          "other machines can reach the socket that was handed over, so clients are needed (or the"
              + " variable API_KEYS), or \"auth: none\" to serve everybody");
    }
  }

  /** Whether other machines can connect to it. */
  public boolean reachable() {
    return !address().getAddress().isLoopbackAddress();
  }
}
