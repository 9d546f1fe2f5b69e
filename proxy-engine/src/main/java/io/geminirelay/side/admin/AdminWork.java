package io.geminirelay.side.admin;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.side.admin.AdminPages.AdminTask;
import io.geminirelay.side.admin.events.EventFeed;
import io.geminirelay.side.admin.login.AdminDoor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Does operations: lets the caller in, has the handler answer, writes the JSON, and sends it to the
 * channel's own event loop. Admin thread only.
 */
public final class AdminWork {
  private final AdminDoor door;
  private final EventFeed feed;
  private final Executor thread;

  /**
   * Lets in whom {@code door} lets in.
   *
   * @param feed takes over the answers that are streams of events
   * @param thread the admin thread
   */
  public AdminWork(AdminDoor door, EventFeed feed, Executor thread) {
    this.door = door;
    this.feed = feed;
    this.thread = thread;
  }

  void run(AdminTask task) {
    try {
      AdminOperation operation = task.operation();
      Visit visit = door.enter(task.exchange().head(), task.caller(), operation.access());
      AdminRequest request = task.request();
      if (operation.access() != AdminOperation.Access.READ && request.hasBody()) {
        checkType(visit);
      }
      var unused =
          operation
              .handler()
              .answer(request.of(visit, thread))
              .whenCompleteAsync((answer, failure) -> reply(task, visit, answer, failure), thread);
    } catch (Exception e) {
      refuse(task, e);
    }
  }

  private void reply(
      AdminTask task, Visit visit, @Nullable AdminAnswer answer, @Nullable Throwable failure) {
    try {
      if (answer == null) {
        refuse(task, failure == null ? new IllegalStateException("no answer") : failure);
      } else if (answer.isStream()) {
        AdminReply.later(task, () -> feed.open(task.ctx(), task.exchange(), visit));
      } else {
        byte[] body = answer.body() == null ? null : AnswerText.of(answer.body());
        AdminReply.later(task, () -> AdminReply.send(task.ctx(), task.exchange(), answer, body));
      }
    } catch (Exception e) {
      refuse(task, e);
    }
  }

  private static void refuse(AdminTask task, Throwable failure) {
    AdminProblem problem = problem(failure);
    AdminReply.later(task, () -> AdminReply.refuse(task.ctx(), task.exchange(), problem));
  }

  private static AdminProblem problem(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof AdminProblem problem) {
      return problem;
    }
    return new AdminProblem(
        cause instanceof FaultException known
            ? known.fault()
            : Fault.of(FaultKind.INTERNAL, "the gateway failed; see its log", cause));
  }

  /** A form of another site's page cannot send this type without asking first. */
  private static void checkType(Visit visit) {
    String type = visit.head().headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    int parameters = type.indexOf(';');
    String bare = parameters < 0 ? type : type.substring(0, parameters);
    if (!bare.strip().toLowerCase(Locale.ROOT).contentEquals(HttpHeaderValues.APPLICATION_JSON)) {
      throw AdminProblem.of(
          FaultKind.UNSUPPORTED_TYPE, "the body has to be Content-Type: application/json");
    }
  }
}
