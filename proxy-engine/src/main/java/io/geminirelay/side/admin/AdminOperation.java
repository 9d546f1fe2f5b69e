package io.geminirelay.side.admin;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One thing that the admin interface can do. Immutable.
 *
 * @param method {@code GET}, {@code POST}, {@code PUT}, {@code PATCH} or {@code DELETE}; who reads
 *     may ask for the head alone
 * @param template path, where {@code {name}} stands for one segment, as in {@code
 *     /admin/api/keys/{id}}
 * @param access who may
 * @param handler does it, called on the admin thread
 */
public record AdminOperation(String method, String template, Access access, Handler handler) {

  /** Who may use an operation. */
  public enum Access {
    /** Everybody. */
    OPEN,
    /** Who is logged in, or bears the token. */
    READ,
    /** The same, and a page has to prove by its CSRF token that it is the gateway's own. */
    WRITE
  }

  /** Does an operation. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers {@code request}. On the admin thread, which it must not hold for long: what takes
     * time (a call to Google) completes later, on any thread.
     *
     * @throws AdminProblem to refuse; so may the future fail
     * @throws Exception if it fails for a reason of the gateway's own
     */
    CompletionStage<AdminAnswer> answer(AdminRequest request) throws Exception;
  }

  /** Does an operation at once. */
  @FunctionalInterface
  public interface Quick {
    /** Answers as {@link Handler#answer} does. */
    AdminAnswer answer(AdminRequest request) throws Exception;
  }

  /** One that reads. */
  public static AdminOperation get(String template, Quick quick) {
    return new AdminOperation("GET", template, Access.READ, now(quick));
  }

  /** One that changes something at once. */
  public static AdminOperation write(String method, String template, Quick quick) {
    return new AdminOperation(method, template, Access.WRITE, now(quick));
  }

  /** One that changes something and takes its time. */
  public static AdminOperation later(String method, String template, Handler handler) {
    return new AdminOperation(method, template, Access.WRITE, handler);
  }

  /** A handler that answers at once. */
  public static Handler now(Quick quick) {
    return request -> CompletableFuture.completedStage(quick.answer(request));
  }

  /** Whether it needs the CSRF token. */
  public boolean writes() {
    return access == Access.WRITE;
  }
}
