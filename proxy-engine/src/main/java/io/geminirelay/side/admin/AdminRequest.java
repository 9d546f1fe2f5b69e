package io.geminirelay.side.admin;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What an operation is asked. Read by one thread at a time. */
public final class AdminRequest {
  private final String method;
  private final String path;
  private final Map<String, String> values;
  private final QueryStringDecoder query;
  private final byte[] body;
  private final @Nullable Visit visit;
  private final Executor thread;

  /**
   * Makes a request.
   *
   * @param uri raw path and query
   * @param values what stands at the names of the operation's template
   * @param body as it came; not copied
   */
  public AdminRequest(String method, String uri, Map<String, String> values, byte[] body) {
    this.method = method;
    this.query = new QueryStringDecoder(uri);
    this.path = query.rawPath();
    this.values = Map.copyOf(values);
    this.body = body;
    this.visit = null;
    this.thread = Runnable::run;
  }

  private AdminRequest(AdminRequest from, Visit visit, Executor thread) {
    this.method = from.method;
    this.path = from.path;
    this.values = from.values;
    this.query = from.query;
    this.body = from.body;
    this.visit = visit;
    this.thread = thread;
  }

  /** The same request, by {@code visitor}, on the admin thread {@code executor}. */
  AdminRequest of(Visit visitor, Executor executor) {
    return new AdminRequest(this, visitor, executor);
  }

  /** Goes on with {@code next} on the admin thread when {@code first} is there. */
  public <T> CompletionStage<AdminAnswer> then(
      CompletionStage<T> first, Function<T, AdminAnswer> next) {
    return first.thenApplyAsync(next, thread);
  }

  /** The method; {@code HEAD} where only the head is asked for. */
  public String method() {
    return method;
  }

  /** The raw path. */
  public String path() {
    return path;
  }

  /** Who asks. */
  public Visit visit() {
    return Objects.requireNonNull(visit, "a request without a visitor");
  }

  /** What stands at {@code {name}} of the operation's template. */
  public String value(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the template has no {" + name + "}");
    }
    return value;
  }

  /** A parameter of the query, the first of that name; null where there is none or an empty one. */
  public @Nullable String query(String name) {
    try {
      List<String> all = query.parameters().get(name);
      return all == null || all.get(0).isEmpty() ? null : all.get(0);
    } catch (IllegalArgumentException e) {
      throw AdminProblem.invalid("query", "a broken escape", "percent-encoded UTF-8");
    }
  }

  /** A whole number of the query from {@code least} to {@code most}; {@code standard} for none. */
  public long query(String name, long least, long most, long standard) {
    String text = query(name);
    if (text == null) {
      return standard;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw AdminProblem.invalid(
        "query " + name, Json.shown(text), "a whole number from " + least + " to " + most);
  }

  /** The body as a JSON object; refuses whatever else it is. */
  public AdminBody json() {
    return AdminBody.of(body);
  }

  /** Whether there is a body. */
  public boolean hasBody() {
    return body.length > 0;
  }
}
