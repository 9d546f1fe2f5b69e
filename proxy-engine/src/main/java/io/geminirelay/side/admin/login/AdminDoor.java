package io.geminirelay.side.admin.login;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.side.admin.AdminOperation.Access;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.Visit;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in who bears the admin token or has a session, by the rules of the configuration as it is
 * now. Admin thread only.
 */
public final class AdminDoor {
  /** Where a page shows that it is the gateway's own. */
  static final String CSRF = "x-csrf-token";

  private static final Logger LOG = LoggerFactory.getLogger(AdminDoor.class);
  private static final String BEARER = "Bearer ";

  private final Supplier<EngineConfig> config;
  private final AdminCheck tokens;
  private final SessionTable sessions;
  private @Nullable Secret token;
  private int era;

  /**
   * A door with the rules of {@code config}, which is asked each time.
   *
   * @param tokens compares tokens, for all ways in
   */
  public AdminDoor(Supplier<EngineConfig> config, AdminCheck tokens, TimeSource time) {
    this.config = config;
    this.tokens = tokens;
    this.sessions = new SessionTable(time);
  }

  /**
   * Lets a request in, or refuses it.
   *
   * @throws AdminProblem if it may not
   */
  public Visit enter(HttpRequest head, Caller caller, Access access) {
    look();
    if (access == Access.OPEN) {
      return new Visit(head, caller, era, null, "");
    }
    refusePlainHttp(caller);
    byte[] bearer = bearer(head.headers());
    if (bearer != null) {
      check(bearer, caller.address());
      return new Visit(head, caller, era, null, "");
    }
    Visit visit = bySession(head, caller);
    if (access == Access.WRITE) {
      refuseForeignPage(head, caller);
      String shown = head.headers().get(CSRF, "");
      if (!isEqual(shown, visit.csrf())) {
        throw AdminProblem.of(
            FaultKind.FORBIDDEN,
            "a write with a session needs the session's token in the header X-CSRF-Token; "
                + "GET /admin/api/session tells it");
      }
    }
    return visit;
  }

  private Visit bySession(HttpRequest head, Caller caller) {
    for (String id : SessionCookie.values(head.headers())) {
      Session session = sessions.find(id);
      if (session != null) {
        return new Visit(head, caller, era, session, SessionTable.csrf(id));
      }
    }
    throw stranger();
  }

  /** What somebody is told who shows neither token nor session. */
  public static AdminProblem stranger() {
    return AdminProblem.of(
        FaultKind.UNAUTHENTICATED,
        "log in at /admin/, or send the admin token as Authorization: Bearer");
  }

  /** Opens a session for who knows the token; returns the value of its cookie. */
  String logIn(String given, Visit visit) {
    Caller caller = visit.caller();
    refusePlainHttp(caller);
    refuseForeignPage(visit.head(), caller);
    check(given.getBytes(StandardCharsets.UTF_8), caller.address());
    LOG.info("login to the admin interface from {}", shown(caller.address()));
    return sessions.open(config.get().admin().session());
  }

  /** The session whose cookie was just given out. */
  @Nullable Session session(String id) {
    return sessions.find(id);
  }

  /** Ends the session of {@code visit}, if it has one. */
  void logOut(Visit visit) {
    Session session = visit.session();
    if (session != null) {
      sessions.end(session);
    }
  }

  /** Whether who was let in once, would be still. */
  public boolean stillIn(Visit visit) {
    look();
    Session session = visit.session();
    return token != null && visit.era() == era && (session == null || sessions.isOpen(session));
  }

  /** Another token in the configuration ends what the one before has opened. */
  private void look() {
    Secret now = config.get().server().adminToken();
    if (!Objects.equals(now, token)) {
      token = now;
      era++;
      sessions.endAll();
    }
  }

  private void check(byte[] given, @Nullable InetAddress address) {
    Secret right = token;
    if (right == null) {
      throw AdminProblem.notFound("no such path: no admin token is configured");
    }
    byte[] expected = Secret.sha256(right.reveal().getBytes(StandardCharsets.UTF_8));
    Fault refusal =
        tokens.refusal(given, expected, address, config.get().admin(), AdminCheck.Repeats.COUNT);
    if (refusal != null) {
      throw new AdminProblem(refusal);
    }
  }

  private void refusePlainHttp(Caller caller) {
    if (!caller.https() && !config.get().admin().mayUsePlainHttp()) {
      throw AdminProblem.of(
          FaultKind.FORBIDDEN,
          "the admin interface is served over https alone (server.security.require_https)");
    }
  }

  private static void refuseForeignPage(HttpRequest head, Caller caller) {
    String header = CrossSite.header(head, caller);
    if (header != null) {
      throw AdminProblem.of(
          FaultKind.FORBIDDEN,
          "the header "
              + header
              + " names another site; a proxy in front has to pass the Host header on, or to be"
              + " one of server.trusted_proxies and tell X-Forwarded-Host");
    }
  }

  private static byte @Nullable [] bearer(HttpHeaders headers) {
    for (String value : headers.getAll(HttpHeaderNames.AUTHORIZATION)) {
      // The scheme's name is matched in any case (RFC 9110 section 11.1).
      if (value.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
        // Header characters are the bytes of the wire, one each.
        return value.substring(BEARER.length()).trim().getBytes(StandardCharsets.ISO_8859_1);
      }
    }
    return null;
  }

  private static boolean isEqual(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private static String shown(@Nullable InetAddress address) {
    return address == null ? "an unknown address" : address.getHostAddress();
  }
}
