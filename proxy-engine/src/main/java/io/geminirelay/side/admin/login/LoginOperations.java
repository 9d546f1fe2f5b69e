package io.geminirelay.side.admin.login;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.side.admin.AdminAnswer;
import io.geminirelay.side.admin.AdminOperation;
import io.geminirelay.side.admin.AdminOperation.Access;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import io.geminirelay.side.admin.Visit;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Login, logout, and who one is. Admin thread only. */
public final class LoginOperations {
  private final AdminDoor door;
  private final TimeSource time;
  private final Runnable left;

  /**
   * Opens and ends sessions of {@code door}.
   *
   * @param left told when a session has ended by hand
   */
  public LoginOperations(AdminDoor door, TimeSource time, Runnable left) {
    this.door = door;
    this.time = time;
    this.left = left;
  }

  /** The operations. */
  public List<AdminOperation> all() {
    return List.of(
        new AdminOperation(
            "POST", "/admin/api/login", Access.OPEN, AdminOperation.now(this::logIn)),
        AdminOperation.get("/admin/api/session", this::session),
        AdminOperation.write("POST", "/admin/api/logout", this::logOut));
  }

  private AdminAnswer logIn(AdminRequest request) {
    String token = request.json().only("token").text("token");
    Visit visit = request.visit();
    String id = door.logIn(token, visit);
    Session session = door.session(id);
    if (session == null) {
      throw AdminProblem.of(FaultKind.UNAUTHENTICATED, "the session has ended already");
    }
    Duration lasts = Duration.ofNanos(session.endNanos() - time.nanoTime());
    return told(session, SessionTable.csrf(id))
        .with(HttpHeaderNames.SET_COOKIE, SessionCookie.line(id, lasts, visit.caller().https()));
  }

  private AdminAnswer session(AdminRequest request) {
    Visit visit = request.visit();
    Session session = visit.session();
    if (session == null) {
      throw AdminProblem.of(
          FaultKind.UNAUTHENTICATED, "this request has no session, but the token itself");
    }
    return told(session, visit.csrf());
  }

  private AdminAnswer logOut(AdminRequest request) {
    Visit visit = request.visit();
    door.logOut(visit);
    left.run();
    String line = SessionCookie.line("", Duration.ZERO, visit.caller().https());
    return AdminAnswer.empty().with(HttpHeaderNames.SET_COOKIE, line);
  }

  private static AdminAnswer told(Session session, String csrf) {
    return AdminAnswer.ok(
        out -> {
          out.writeStartObject();
          out.writeStringField("csrf", csrf);
          out.writeStringField(
              "expires", session.expires().truncatedTo(ChronoUnit.SECONDS).toString());
          out.writeEndObject();
        });
  }
}
