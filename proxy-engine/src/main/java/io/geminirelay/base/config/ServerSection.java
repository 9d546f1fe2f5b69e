package io.geminirelay.base.config;

import io.geminirelay.base.config.ServerConfig.AllocatorChoice;
import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.config.ServerConfig.TlsFiles;
import io.geminirelay.base.config.ServerConfig.TransportChoice;
import io.geminirelay.base.config.ServerConfig.Trust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what concerns the listening side from the mapping {@code server}. */
final class ServerSection {
  private static final int DAY_SECS = 86_400;
  private static final int HOUR_SECS = 3600;
  private static final long GIB = 1L << 30;

  private final ConfigTree tree;
  private final Typed typed;

  ServerSection(ConfigTree tree) {
    this.tree = tree;
    this.typed = new Typed(tree);
  }

  /** Names of the transports as they are written in the file. */
  static Map<String, TransportChoice> transports() {
    Map<String, TransportChoice> all = new LinkedHashMap<>();
    all.put("auto", TransportChoice.AUTO);
    all.put("nio", TransportChoice.NIO);
    all.put("epoll", TransportChoice.EPOLL);
    all.put("io_uring", TransportChoice.IO_URING);
    return all;
  }

  /** Names of the allocators as they are written in the file. */
  static Map<String, AllocatorChoice> allocators() {
    Map<String, AllocatorChoice> all = new LinkedHashMap<>();
    all.put("auto", AllocatorChoice.AUTO);
    all.put("adaptive", AllocatorChoice.ADAPTIVE);
    all.put("pooled", AllocatorChoice.POOLED);
    all.put("unpooled", AllocatorChoice.UNPOOLED);
    return all;
  }

  ServerConfig server() {
    ServerConfig standard = ServerConfig.STANDARD;
    if (typed.truth("test_mode", false)) {
      tree.problems().warn(tree.placeOf("test_mode"), "true", "nothing: it has no effect here");
    }
    return new ServerConfig(
        host(),
        typed.count("port", 0, 65_535, standard.port()),
        typed.choice("transport", transports(), standard.transport()),
        typed.count("workers", 0, 1024, standard.workers()),
        typed.count("max_connections", 1, 10_000_000, standard.maxConnections()),
        limits(),
        typed.seconds("drain_timeout_secs", 0, DAY_SECS, standard.drain()),
        tls(),
        token("admin_token", "admin-token"),
        token("metrics_token", "metrics-token"),
        new Trust(ranges(), typed.truth("proxy_protocol", false)),
        typed.truth("reload_on_change", standard.reloadOnChange()),
        http2(),
        OverloadSection.read(tree.section("overload")),
        typed.truth("reuse_port", standard.reusePort()),
        typed.seconds("drain_delay_secs", 0, HOUR_SECS, standard.drainDelay()),
        typed.choice("allocator", allocators(), standard.allocator()));
  }

  AdminConfig admin() {
    ConfigTree security = tree.section("security");
    Typed own = new Typed(security);
    AdminConfig standard = AdminConfig.STANDARD;
    AdminConfig admin =
        new AdminConfig(
            !own.truth("require_https", !standard.mayUsePlainHttp()),
            own.count("max_login_attempts", 1, 1_000_000, standard.maxLoginAttempts()),
            own.seconds("lockout_duration_secs", 0, 365L * DAY_SECS, standard.lockout()),
            own.seconds("session_timeout_secs", 1, 365L * DAY_SECS, standard.session()));
    security.done();
    return admin;
  }

  CorsRules cors() {
    return CorsSection.read(tree.section("cors"));
  }

  private String host() {
    Scalar scalar = typed.text("host");
    if (scalar == null) {
      return ServerConfig.STANDARD.host();
    }
    String host = Addresses.unbracketed(scalar.text());
    accepted(scalar, Addresses.isHost(host), "an address or a host name");
    return host;
  }

  private ClientLimits limits() {
    ConfigTree limits = tree.section("limits");
    Typed own = new Typed(limits);
    ClientLimits standard = ClientLimits.STANDARD;
    ClientLimits read =
        new ClientLimits(
            (int) own.bytes("request_line_bytes", 256, 1 << 20, standard.maxRequestLineBytes()),
            (int) own.bytes("header_bytes", 1024, 16 << 20, standard.maxHeaderBytes()),
            own.bytes("body_bytes", 0, 1024 * GIB, standard.maxBodyBytes()),
            own.seconds("header_timeout_secs", 1, 3600, standard.head()),
            own.seconds("body_timeout_secs", 1, 3600, standard.body()),
            own.seconds("idle_timeout_secs", 1, DAY_SECS, standard.idle()),
            own.count("header_fields", 10, 100_000, standard.maxHeaderFields()),
            own.count("body_bytes_per_sec", 0, 1_000_000, standard.minBodyBytesPerSecond()),
            own.seconds("send_timeout_secs", 1, DAY_SECS, standard.send()),
            own.count("send_bytes_per_sec", 0, 1_000_000, standard.minSendBytesPerSecond()),
            own.count("connections_per_address", 0, 10_000_000, standard.connectionsPerAddress()));
    limits.done();
    return read;
  }

  private Http2Limits http2() {
    ConfigTree http2 = tree.section("http2");
    Typed own = new Typed(http2);
    Http2Limits standard = Http2Limits.STANDARD;
    int window = (int) standard.window().toSeconds();
    Http2Limits read =
        new Http2Limits(
            own.count("max_streams", 1, 100_000, standard.maxStreams()),
            own.count("max_resets", 1, 10_000_000, standard.maxResets()),
            own.count("max_control_frames", 100, 10_000_000, standard.maxControlFrames()),
            Duration.ofSeconds(own.count("flood_window_secs", 1, 3600, window)));
    http2.done();
    return read;
  }

  private @Nullable TlsFiles tls() {
    if (!tree.has("tls")) {
      return null;
    }
    ConfigTree tls = tree.section("tls");
    Path certificate = file(tls, "certificate");
    Path privateKey = file(tls, "private_key");
    tls.done();
    return certificate == null || privateKey == null ? null : new TlsFiles(certificate, privateKey);
  }

  private static @Nullable Path file(ConfigTree tls, String name) {
    if (!tls.has(name)) {
      tls.problems().add(tls.placeOf(name), "nothing", "the name of a PEM file");
    }
    return readable(tls, name);
  }

  /** The file that {@code name} names, or null when it is absent or cannot be read. */
  static @Nullable Path readable(ConfigTree tree, String name) {
    Scalar scalar = new Typed(tree).text(name);
    if (scalar == null) {
      return null;
    }
    Path file = SecretSource.resolve(tree.reading().folder(), scalar.text());
    tree.reading().reads().accept(file);
    if (Files.isRegularFile(file) && Files.isReadable(file)) {
      return file;
    }
    tree.problems().add(scalar.place(), "the file " + file, "a file that exists and can be read");
    return null;
  }

  /** From the file, or else the credential of that name. */
  private @Nullable Secret token(String name, String credential) {
    SecretSource secrets = new SecretSource(tree.reading());
    Scalar token = secrets.readOptional(tree, name);
    if (token == null && !SecretSource.isGiven(tree, name)) {
      token = secrets.credential(credential);
    }
    return Credentials.secret(tree.problems(), token);
  }

  private List<String> ranges() {
    String expected = "an address or a range like 10.0.0.0/8";
    return typed.texts("trusted_proxies").stream()
        .filter(range -> accepted(range, Addresses.isRange(range.text()), expected))
        .map(Scalar::text)
        .toList();
  }

  private boolean accepted(Scalar scalar, boolean fits, String expected) {
    if (!fits) {
      tree.problems().add(scalar.place(), Shown.plain(scalar.text()), expected);
    }
    return fits;
  }
}
