package io.geminirelay;

import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.ServiceVariables;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.command.Exit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * A start, requests of every kind, and an end, with nobody else: what the virtual machine watches
 * when it makes the archive of classes that later starts take theirs from. A program of its own, as
 * the archive has to be made where the gateway will run: {@code java ... io.geminirelay.Rehearsal}.
 * Ends with 1 if anything went another way than it should.
 */
public final class Rehearsal {
  /**
   * Others on this machine reach the gateway as well, and it may run as root: nobody knows these.
   */
  private static final String TOKEN = secret();

  private static final String ADMIN_TOKEN = secret();
  private static final String CONFIG =
      """
      server: {host: 127.0.0.1, port: 0, admin_token: %3$s}
      clients: [{name: rehearsal, token: %1$s, requests_per_minute: 1000000}]
      groups:
        - name: plain
          target_url: http://127.0.0.1:%2$d
          model_aliases: [gemini-2.5-flash]
          api_keys: [rehearsal-key-1, rehearsal-key-2, rehearsal-key-3]
          limits: {"*": {rpm: 1000000, tpm: 1000000000}}
        - name: tls
          target_url: https://127.0.0.1:%2$d
          model_aliases: [rehearsal-tls]
          api_keys: [rehearsal-key-4]
      """;
  private static final String PROMPT = "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]}";
  private static final String CHAT =
      "{\"model\":\"gemini-2.5-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
  private static final String MODELS = "/v1beta/models/";

  /** Of the requests that are asked most. Enough for the virtual machine to see what is hot. */
  private static final int TIMES = 300;

  /** No answer takes as long: without an end, an installation would wait for one that is lost. */
  private static final int TIMEOUT_MILLIS = 10_000;

  private Rehearsal() {}

  /** Rehearses and exits. */
  public static void main(String[] arguments) {
    int code = code(Rehearsal::run);
    LogLevel.close();
    // Also after a failure: the event loops would keep the process alive.
    System.exit(code);
  }

  /** The exit code of {@code rehearsal}; what it fails with, if it does, is printed. */
  static int code(Callable<Integer> rehearsal) {
    try {
      return rehearsal.call();
    } catch (Throwable e) {
      // An Error has to end the process as well.
      System.err.println("gemini-relay: the rehearsal failed: " + e);
      return Exit.FAILED;
    }
  }

  private static int run() throws Exception {
    Path folder = Files.createTempDirectory("gemini-relay-rehearsal");
    try {
      return run(folder);
    } finally {
      Files.deleteIfExists(folder.resolve("config.yaml"));
      Files.deleteIfExists(folder);
    }
  }

  private static String secret() {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private static int run(Path folder) throws Exception {
    try (RehearsalUpstream upstream = RehearsalUpstream.start()) {
      ConfigStore store = store(folder, upstream);
      return Serving.run(store, Main.complaints(), ServiceVariables.NONE, Rehearsal::askAndEnd);
    }
  }

  /** The configuration of a gateway in front of {@code upstream}, in {@code folder}. */
  static ConfigStore store(Path folder, RehearsalUpstream upstream) throws IOException {
    Path file = folder.resolve("config.yaml");
    Files.writeString(file, CONFIG.formatted(TOKEN, upstream.port(), ADMIN_TOKEN));
    ServeArguments plain = ServeArguments.of("--config", file.toString());
    Path named = plain == null ? file : plain.config();
    return new ConfigStore(new ConfigSource(named, folder, Map.of()));
  }

  private static void askAndEnd(Engine engine) {
    try {
      ask(engine.port(), TIMES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var unused = engine.drain();
  }

  /** Asks all there is to ask of the gateway at {@code port}, some of it so many {@code times}. */
  static void ask(int port, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      post(port, 200, MODELS + "gemini-2.5-flash:generateContent", PROMPT);
      post(port, 200, MODELS + "gemini-2.5-flash:streamGenerateContent?alt=sse", PROMPT);
    }
    post(port, 200, "/v1/chat/completions", CHAT);
    post(port, 200, "/generate", PROMPT);
    post(port, 200, "/gemini-proxy", "{\"prompt\":\"Hello\"}");
    post(port, 404, "/nowhere", "{}");
    // Nobody speaks TLS there: all is read that a connection to Google takes, up to its answer.
    post(port, 502, MODELS + "rehearsal-tls:generateContent", PROMPT);
    for (String page : List.of("/health", "/health/detailed", "/metrics", "/admin/api/config")) {
      exchange(port, 200, ADMIN_TOKEN, "GET " + page, "");
    }
  }

  private static void post(int port, int expected, String path, String body) throws IOException {
    exchange(port, expected, TOKEN, "POST " + path, body);
  }

  private static void exchange(int port, int expected, String token, String what, String body)
      throws IOException {
    String request =
        what
            + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer "
            + token
            + "\r\ncontent-type: application/json\r\ncontent-length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!answer.startsWith("HTTP/1.1 " + expected + " ")) {
        throw new IOException(what + " was answered: " + answer);
      }
    }
  }
}
