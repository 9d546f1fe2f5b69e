package io.geminirelay.base.exchange;

import io.geminirelay.base.config.TargetConfig;

/**
 * Joins the path of a target's URL with that of a request, so that no segment is doubled or lost.
 *
 * <p>A target's URL may stop at the host, or already name the API it serves ({@code
 * https://host/v1beta/openai/}, as other gateways want it written). Requests name the API
 * themselves, so the target's own naming is left out and only what stands before it is kept. Pure.
 */
public final class TargetPath {
  private static final String[] API_ROOTS = {"/v1beta/openai", "/v1beta", "/v1alpha", "/v1"};

  private TargetPath() {}

  /** {@code uri}, a path and query on Google's side, as {@code target} has to be asked for it. */
  public static String join(TargetConfig target, String uri) {
    String prefix = prefix(target);
    return prefix.isEmpty() ? uri : prefix + uri;
  }

  /** The inverse of {@link #join}: {@code uri} without what stands before the API in the target. */
  public static String strip(TargetConfig target, String uri) {
    String prefix = prefix(target);
    int end = prefix.length();
    boolean inside = uri.startsWith(prefix) && end < uri.length() && uri.charAt(end) == '/';
    return inside ? uri.substring(end) : uri;
  }

  private static String prefix(TargetConfig target) {
    String base = target.basePath();
    if (base.isEmpty()) {
      return base;
    }
    int end = base.endsWith("/") ? base.length() - 1 : base.length();
    for (String root : API_ROOTS) {
      if (base.startsWith(root, end - root.length())) {
        return base.substring(0, end - root.length());
      }
    }
    return base.substring(0, end);
  }
}
