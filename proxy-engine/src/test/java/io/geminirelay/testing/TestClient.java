package io.geminirelay.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to 127.0.0.1, driven byte by byte. Nothing is read before a test asks for
 * it, so that not reading is slow reading. Blocking, with a time limit on each read; one thread.
 */
public final class TestClient implements AutoCloseable {
  private final Socket socket;
  private final Http1Input in;

  private TestClient(Socket socket, int bufferBytes) throws IOException {
    this.socket = socket;
    this.in = new Http1Input(socket.getInputStream(), bufferBytes);
    readTimeout(Duration.ofSeconds(30));
  }

  /** Connects without TLS. */
  public static TestClient connect(int port) {
    return connect(port, 0);
  }

  /** Connects without TLS; {@code receiveBytes} above 0 sets a small receive buffer. */
  public static TestClient connect(int port, int receiveBytes) {
    try {
      return new TestClient(open(port, receiveBytes), receiveBytes > 0 ? 1_024 : 8_192);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether who connects is ended at once: the reset may come before the connection is known. */
  public static boolean isTurnedAway(int port) {
    try (TestClient client = connect(port)) {
      return client.seesClose();
    } catch (UncheckedIOException e) {
      return String.valueOf(e.getMessage()).contains("Connection reset");
    }
  }

  /** Connects with TLS, trusting this authority alone; the certificate must name 127.0.0.1. */
  public static TestClient tls(int port, Path caFile) {
    try (InputStream pem = Files.newInputStream(caFile)) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      Socket plain = open(port, 0);
      SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setApplicationProtocols(new String[] {"http/1.1"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return new TestClient(socket, 8_192);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Socket open(int port, int receiveBytes) throws IOException {
    Socket socket = new Socket();
    if (receiveBytes > 0) {
      socket.setReceiveBufferSize(receiveBytes);
    }
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 5_000);
    return socket;
  }

  /** How long one read may wait; thirty seconds unless told. */
  public void readTimeout(Duration limit) {
    run(() -> socket.setSoTimeout((int) limit.toMillis()));
  }

  /** Sends these bytes as they are. */
  public TestClient send(byte[] bytes) {
    run(
        () -> {
          socket.getOutputStream().write(bytes);
          socket.getOutputStream().flush();
        });
    return this;
  }

  /** Sends this text as UTF-8. */
  public TestClient send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Sends a whole request and reads nothing; several in a row are pipelined. Host and, for a body,
   * Content-Length are added where the headers lack them.
   */
  public TestClient request(
      String method, String path, List<Header> headers, byte @Nullable [] body) {
    StringBuilder head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    if (Header.first(headers, "host") == null) {
      head.append("Host: 127.0.0.1:").append(socket.getPort()).append("\r\n");
    }
    boolean framed =
        Header.first(headers, "content-length") != null
            || Header.first(headers, "transfer-encoding") != null;
    if (body != null && !framed) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    headers.forEach(
        header -> head.append(header.name()).append(": ").append(header.value()).append("\r\n"));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    all.writeBytes(body == null ? new byte[0] : body);
    return send(all.toByteArray());
  }

  /** Frames these bytes as one chunk of a chunked body; none at all as its end. */
  public TestClient sendChunk(byte[] bytes) {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.UTF_8));
    chunk.writeBytes(bytes);
    chunk.writeBytes(new byte[] {'\r', '\n'});
    return send(chunk.toByteArray());
  }

  /** Sends a request and reads the whole answer. */
  public Response exchange(
      String method, String path, List<Header> headers, byte @Nullable [] body) {
    return request(method, path, headers, body).begin(method.equals("HEAD")).response();
  }

  /** Posts a JSON text and reads the whole answer. */
  public Response post(String path, String json, String... headerNamesAndValues) {
    List<Header> headers = new java.util.ArrayList<>(Header.list(headerNamesAndValues));
    headers.add(new Header("content-type", "application/json"));
    return exchange("POST", path, headers, json.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads the whole next answer; status 0 if the connection ends before one. */
  public Response read() {
    return begin(false).response();
  }

  /** Reads the head of the next answer that is no 1xx, leaving its body to be read in pieces. */
  public Reading begin() {
    return begin(false);
  }

  private Reading begin(boolean answersHead) {
    return call(() -> Reading.of(in, answersHead));
  }

  /** The raw lines of the next head, 1xx or not, without the empty line; the body is not read. */
  public List<String> headLines() {
    return call(in::lines);
  }

  /** At most this many raw bytes, waiting for at least one; empty at the end. */
  public byte[] readRaw(int largest) {
    return call(() -> in.some(largest));
  }

  /** True if the other side closes or resets without another byte, false if it sends something. */
  public boolean seesClose() {
    try {
      return in.some(1).length == 0;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither a byte nor a close", e);
    } catch (IOException e) {
      return true;
    }
  }

  /** Says that nothing more will be sent and goes on reading. */
  public void finishSending() {
    run(socket::shutdownOutput);
  }

  /** Closes with a TCP reset. */
  public void abort() {
    run(
        () -> {
          socket.setSoLinger(true, 0);
          socket.close();
        });
  }

  /** The local port, by which the other side knows this connection. */
  public int localPort() {
    return socket.getLocalPort();
  }

  @Override
  public void close() {
    run(socket::close);
  }

  interface IoCall<T> {
    T call() throws IOException;
  }

  private interface IoRun {
    void run() throws IOException;
  }

  static <T> T call(IoCall<T> work) {
    try {
      return work.call();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("nothing came in time", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(IoRun work) {
    call(
        () -> {
          work.run();
          return true;
        });
  }
}
