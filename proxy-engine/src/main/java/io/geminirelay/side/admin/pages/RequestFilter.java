package io.geminirelay.side.admin.pages;

import io.geminirelay.base.telemetry.Settled;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which exchanges are shown; null admits all. */
record RequestFilter(
    @Nullable String client,
    @Nullable String model,
    @Nullable String key,
    @Nullable String outcome,
    @Nullable String route,
    @Nullable String status,
    @Nullable String text) {
  private static final Pattern STATUS = Pattern.compile("[0-9]{1,3}|[1-5]xx");

  static RequestFilter of(AdminRequest request) {
    String status = request.query("status");
    if (status != null && !STATUS.matcher(status).matches()) {
      throw AdminProblem.invalid("query status", "another text", "a status, as 429 or 4xx");
    }
    return new RequestFilter(
        request.query("client"),
        request.query("model"),
        request.query("key"),
        request.query("outcome"),
        request.query("route"),
        status,
        lower(request.query("q")));
  }

  boolean admits(Settled settled) {
    return (client == null || client.equals(settled.client()))
        && (model == null || model.equals(settled.model()))
        && (key == null || mentions(settled.key(), key))
        && (outcome == null || outcome.equals(RequestObject.outcome(settled)))
        && (route == null || route.equals(RequestObject.route(settled)))
        && (status == null || hasStatus(settled.status(), status))
        && (text == null || mentions(settled, text));
  }

  private static boolean hasStatus(int status, String wanted) {
    return wanted.endsWith("xx")
        ? status / 100 == wanted.charAt(0) - '0'
        : status == Integer.parseInt(wanted);
  }

  private static boolean mentions(Settled settled, String text) {
    return mentions(settled.id(), text)
        || mentions(settled.client(), text)
        || mentions(settled.model(), text)
        || mentions(settled.key(), text)
        || (settled.fault() != null && mentions(settled.fault().reason(), text));
  }

  private static boolean mentions(@Nullable String where, String text) {
    return where != null && where.toLowerCase(Locale.ROOT).contains(lower(text));
  }

  private static @Nullable String lower(@Nullable String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }
}
