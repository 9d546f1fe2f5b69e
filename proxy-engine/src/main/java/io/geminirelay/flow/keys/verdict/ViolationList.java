package io.geminirelay.flow.keys.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects the limits that an error body names while it is parsed: the entries of {@code
 * QuotaFailure.violations}, and the older form in the metadata of {@code ErrorInfo}. Members may
 * come in any order. Bounded; one list a body.
 *
 * @see <a
 *     href="https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto">Error
 *     details</a>
 */
final class ViolationList {
  private static final int MAX_VIOLATIONS = 16;
  private static final int NONE = -1;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
  private static final Pattern COUNT = Pattern.compile("\\d{1,18}");

  private final List<QuotaViolation> all = new ArrayList<>();
  private int openDepth = NONE;
  private int dimensionsDepth = NONE;
  private String quotaId = "";
  private long limit = QuotaViolation.UNKNOWN;
  private String model = "";

  /** An object that is the value of {@code name} begins; its members have {@code depth}. */
  void objectStarts(String name, int depth) {
    if (name.equals("quotaDimensions")) {
      dimensionsDepth = depth;
    }
  }

  /** A single value, a member of the object at {@code depth}. */
  void value(String name, String text, int depth) {
    switch (name) {
      case "quotaId", "quota_limit" -> {
        open(depth);
        quotaId = named(text);
      }
      case "quotaValue", "quota_limit_value" -> {
        open(depth);
        limit = COUNT.matcher(text).matches() ? Long.parseLong(text) : QuotaViolation.UNKNOWN;
      }
      case "model" -> {
        if (depth == dimensionsDepth) {
          open(depth - 1);
          model = named(text.startsWith("models/") ? text.substring("models/".length()) : text);
        }
      }
      default -> {}
    }
  }

  private void open(int depth) {
    if (openDepth != depth) {
      close();
      openDepth = depth;
    }
  }

  /** The object or array at {@code depth} ends. */
  void structEnds(int depth) {
    if (depth == dimensionsDepth) {
      dimensionsDepth = NONE;
    } else if (depth == openDepth) {
      close();
    }
  }

  private void close() {
    if (!quotaId.isEmpty() || limit != QuotaViolation.UNKNOWN) {
      add(new QuotaViolation(quotaId, limit, model));
    }
    openDepth = NONE;
    quotaId = "";
    limit = QuotaViolation.UNKNOWN;
    model = "";
  }

  /** A limit that both forms name is one. */
  private void add(QuotaViolation next) {
    for (int i = 0; i < all.size(); i++) {
      QuotaViolation both = joined(all.get(i), next);
      if (both != null) {
        all.set(i, both);
        return;
      }
    }
    if (all.size() < MAX_VIOLATIONS) {
      all.add(next);
    }
  }

  private static @Nullable QuotaViolation joined(QuotaViolation one, QuotaViolation other) {
    boolean models =
        one.model().isEmpty() || other.model().isEmpty() || one.model().equals(other.model());
    boolean limits =
        one.limit() == QuotaViolation.UNKNOWN
            || other.limit() == QuotaViolation.UNKNOWN
            || one.limit() == other.limit();
    return one.quotaId().equals(other.quotaId()) && models && limits
        ? new QuotaViolation(
            one.quotaId(),
            Math.max(one.limit(), other.limit()),
            one.model().isEmpty() ? other.model() : one.model())
        : null;
  }

  private static String named(String text) {
    return NAME.matcher(text).matches() ? text : "";
  }

  /** What was named so far, also by an object that was cut off. */
  List<QuotaViolation> all() {
    close();
    return List.copyOf(all);
  }
}
