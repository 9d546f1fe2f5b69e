package io.geminirelay.flow.classify;

import io.geminirelay.base.exchange.CredentialQuery;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;

/**
 * What each path means: the one table of the gateway's surfaces. Pure.
 *
 * <p>Native paths of Google's API pass as they are. Paths of OpenAI's API pass to Google's
 * compatible one under {@code /v1beta/openai}. Under {@code /v1} both live side by side: a last
 * segment with a colon ({@code /v1/models/m:generateContent}) is Google's, anything else OpenAI's.
 */
public final class RouteTable {
  private static final String OPENAI = "/v1beta/openai";
  private static final String V1BETA = "/v1beta";
  private static final String V1ALPHA = "/v1alpha";
  private static final String V1 = "/v1";
  private static final String UPLOAD = "/upload";
  private static final String DOWNLOAD = "/download";
  private static final String ADMIN = "/admin";
  private static final String CHAT = "/chat/completions";

  private RouteTable() {}

  /**
   * Matches a request.
   *
   * @param target the raw request target: a path with its query, or an absolute URL (RFC 9112
   *     section 3.2.2), of which scheme and authority are left out
   */
  public static RouteMatch match(HttpMethod method, String target) {
    String raw = originForm(target);
    int pathEnd = pathEnd(raw);
    try {
      if (!raw.startsWith("/")) {
        throw fault(FaultKind.BAD_REQUEST, "the request target must be a path");
      }
      String path = TargetRules.decodedPath(raw, pathEnd);
      return lookUp(method, raw, path);
    } catch (FaultException refused) {
      return refusal(raw.substring(0, pathEnd), refused);
    }
  }

  /** The route of {@code head}; for a path that is not served the one whose dialect is nearest. */
  public static Route routeOf(HttpRequest head) {
    return match(head.method(), head.uri()).route();
  }

  private static RouteMatch lookUp(HttpMethod method, String raw, String path)
      throws FaultException {
    if (encodedRoot(raw, pathEnd(raw))) {
      throw unknown();
    }
    if (under(path, OPENAI)) {
      return openAi(method, raw, path, OPENAI.length());
    }
    if (under(path, V1BETA) || under(path, V1ALPHA)) {
      return google(Route.NATIVE, method, raw, ModelName.of(path, path.indexOf('/', 1)));
    }
    if (path.length() > V1.length() + 1 && under(path, V1)) {
      return ModelName.hasAction(path)
          ? google(Route.NATIVE, method, raw, ModelName.of(path, V1.length()))
          : openAi(method, OPENAI.concat(raw.substring(V1.length())), path, V1.length());
    }
    if (under(path, UPLOAD)) {
      return google(Route.UPLOAD, method, raw, versioned(path, UPLOAD.length()));
    }
    if (under(path, DOWNLOAD)) {
      return google(Route.DOWNLOAD, method, raw, versioned(path, DOWNLOAD.length()));
    }
    if (isShort(path)) {
      return openAi(method, OPENAI.concat(raw), path, 0);
    }
    if (under(path, ADMIN)) {
      return match(Route.ADMIN, method, raw, "", false);
    }
    return local(method, raw, path);
  }

  private static RouteMatch local(HttpMethod method, String raw, String path)
      throws FaultException {
    return switch (path) {
      case "/health" -> match(Route.HEALTH, method, raw, "", false);
      case "/generate" -> match(Route.GENERATE, method, raw, "", false);
      case "/gemini-proxy" -> match(Route.SIMPLE, method, raw, "", false);
      case "/metrics" -> match(Route.METRICS, method, raw, "", false);
      case "/health/detailed" -> match(Route.HEALTH_DETAILED, method, raw, "", false);
      default -> throw unknown();
    };
  }

  private static boolean isShort(String path) {
    return (path.startsWith(CHAT) && isOver(path, CHAT.length()))
        || path.equals("/embeddings")
        || path.equals("/models")
        || (path.startsWith("/models/") && !ModelName.hasAction(path));
  }

  private static RouteMatch google(Route route, HttpMethod method, String raw, ModelName name) {
    boolean generating = name.generates() && HttpMethod.POST.equals(method);
    return match(route, method, raw, name.model(), generating);
  }

  private static RouteMatch openAi(HttpMethod method, String raw, String path, int root) {
    boolean generating =
        HttpMethod.POST.equals(method)
            && path.startsWith(CHAT, root)
            && isOver(path, root + CHAT.length());
    String model = generating ? "" : ModelName.of(path, root).model();
    return match(Route.OPENAI, method, raw, model, generating);
  }

  /** Whether nothing stands in {@code path} from {@code end} on, but for one slash at most. */
  private static boolean isOver(String path, int end) {
    return path.length() == end || (path.length() == end + 1 && path.charAt(end) == '/');
  }

  private static RouteMatch match(
      Route route, HttpMethod method, String raw, String model, boolean generating) {
    // The admin's own queries hold no credentials, and choose by "key" what they show.
    String uri = route == Route.ADMIN ? raw : CredentialQuery.strip(raw);
    if (!route.allows(method)) {
      String detail = "this path takes " + route.allowedMethods() + " only";
      Fault fault = Fault.of(FaultKind.METHOD_NOT_ALLOWED, detail);
      return new RouteMatch(route, uri, model, false, fault);
    }
    return new RouteMatch(route, uri, model, generating, null);
  }

  private static RouteMatch refusal(String path, FaultException refused) {
    return new RouteMatch(nearest(path), path, "", false, refused.fault());
  }

  /** The model of a path whose version stands one segment further in. */
  private static ModelName versioned(String path, int root) {
    int version = path.indexOf('/', root + 1);
    return version < 0 ? ModelName.NONE : ModelName.of(path, version);
  }

  private static int pathEnd(String raw) {
    int query = raw.indexOf('?');
    return query < 0 ? raw.length() : query;
  }

  /** An encoded letter in the first segment: no route is written so, and rewriting relies on it. */
  private static boolean encodedRoot(String raw, int pathEnd) {
    int percent = raw.indexOf('%');
    int slash = raw.indexOf('/', 1);
    return percent >= 0 && percent < pathEnd && (slash < 0 || percent < slash);
  }

  private static boolean under(String path, String root) {
    return path.startsWith(root)
        && (path.length() == root.length() || path.charAt(root.length()) == '/');
  }

  /** Whose error form a caller of an unknown path most likely reads. */
  private static Route nearest(String path) {
    boolean openAi =
        path.startsWith(OPENAI)
            || path.equals(V1)
            || (path.startsWith("/v1/") && path.indexOf(':') < 0)
            || path.startsWith("/chat")
            || path.startsWith("/completions")
            || path.startsWith("/responses")
            || path.startsWith("/embeddings")
            || path.startsWith("/openai");
    return openAi ? Route.OPENAI : Route.UNKNOWN;
  }

  private static String originForm(String target) {
    int scheme = target.indexOf("://");
    boolean absolute =
        scheme > 0
            && (target.regionMatches(true, 0, "http", 0, scheme)
                || target.regionMatches(true, 0, "https", 0, scheme));
    if (!absolute) {
      return target;
    }
    for (int i = scheme + 3; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c == '/') {
        return target.substring(i);
      }
      if (c == '?') {
        return "/" + target.substring(i);
      }
    }
    return "/";
  }

  private static FaultException unknown() {
    return fault(
        FaultKind.NOT_FOUND,
        "no such path: Google's API is served under /v1beta, the OpenAI-compatible one under /v1");
  }

  private static FaultException fault(FaultKind kind, String detail) {
    return new FaultException(Fault.of(kind, detail));
  }
}
