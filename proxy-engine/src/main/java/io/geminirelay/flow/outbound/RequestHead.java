package io.geminirelay.flow.outbound;

import static io.geminirelay.base.exchange.HopByHop.is;
import static io.geminirelay.base.exchange.HopByHop.starts;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.HopByHop;
import io.geminirelay.base.exchange.TargetPath;
import io.geminirelay.base.exchange.Trail;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the head that one attempt sends upstream. Pure.
 *
 * <p>The client's end-to-end headers pass in their order, byte for byte. Left out are
 *
 * <ul>
 *   <li>what belongs to the client's connection ({@link HopByHop}), and {@code Expect}, which was
 *       answered here;
 *   <li>every credential: {@code Authorization}, {@code x-goog-api-key}, {@code X-API-KEY}, {@code
 *       api-key}, {@code X-Goog-IAM-Auth*}, and {@code Cookie}, which can only be meant for the
 *       gateway, since Google sets none on this API; the admin token ({@link Trail#ADMIN}), and
 *       what it is sent with;
 *   <li>what would make another request of it than the one that was judged here: {@code
 *       X-HTTP-Method-Override}, {@code X-HTTP-Method}, {@code X-Method-Override}, {@code
 *       X-Original-URL}, {@code X-Rewrite-URL};
 *   <li>the twin of any of these, and of {@code Content-Length}, that is written with underscores,
 *       which servers behind CGI or WSGI cannot tell from the name itself;
 *   <li>whatever names the client or the way it came: {@code Forwarded}, {@code X-Forwarded-*},
 *       {@code X-Real-IP}, {@code True-Client-IP}, {@code Via};
 *   <li>what a browser tells of a page, or asks on its behalf: {@code Origin}, {@code Referer},
 *       {@code Access-Control-Request-*}. Whether a page may read an answer is for the gateway to
 *       say, not for Google.
 * </ul>
 *
 * <p>Added are the target's {@code Host}, {@code Via} (a gateway must: RFC 9110 section 7.6.3) and
 * the chosen key as the one credential. A generating request's {@code Accept-Encoding} becomes
 * {@code identity}, since its answer is read in passing; without one Google does not compress, so
 * none is added.
 *
 * <p>Where the attempt edits the body, {@code Content-Length} is that of the edited one, and
 * digests of the client's are left out.
 */
public final class RequestHead {
  private static final AsciiString GOOGLE_KEY = AsciiString.cached("x-goog-api-key");
  private static final AsciiString API_KEY = AsciiString.cached("x-api-key");
  private static final AsciiString AZURE_KEY = AsciiString.cached("api-key");

  /** Names who pays: with a key of another project Google refuses it, and blames the key. */
  private static final AsciiString USER_PROJECT = AsciiString.cached("x-goog-user-project");

  private static final AsciiString GOOGLE_IAM_PREFIX = AsciiString.cached("x-goog-iam-auth");
  private static final AsciiString CLIENT_IP = AsciiString.cached("true-client-ip");
  private static final AsciiString HTTP_METHOD = AsciiString.cached("x-http-method");
  private static final AsciiString ORIGINAL_URL = AsciiString.cached("x-original-url");
  private static final AsciiString REWRITE_URL = AsciiString.cached("x-rewrite-url");
  private static final AsciiString HTTP_METHOD_OVERRIDE =
      AsciiString.cached("x-http-method-override");
  private static final AsciiString METHOD_OVERRIDE = AsciiString.cached("x-method-override");
  private static final AsciiString FORWARDED = AsciiString.cached("forwarded");
  private static final AsciiString REAL_IP = AsciiString.cached("x-real-ip");
  private static final AsciiString FORWARDED_PREFIX = AsciiString.cached("x-forwarded-");
  private static final AsciiString PREFLIGHT_PREFIX = AsciiString.cached("access-control-request-");
  private static final AsciiString VIA_VALUE = AsciiString.cached("1.1 gemini-relay");

  /** Sums of the body's bytes (RFC 9530, RFC 3230, RFC 1864). */
  private static final List<AsciiString> DIGESTS =
      List.of(
          AsciiString.cached("content-digest"),
          AsciiString.cached("repr-digest"),
          AsciiString.cached("digest"),
          HttpHeaderNames.CONTENT_MD5);

  /** Host, framing, Via and the credential. */
  private static final int ADDED_FIELDS = 4;

  private static final int NOWHERE = -1;

  private RequestHead() {}

  /**
   * The head of one attempt.
   *
   * @param credential value of the header in which the exchange's dialect carries its key
   * @param http2 whether it goes out as HTTP/2, which frames bodies by itself
   * @param edit what it sends otherwise than the client did, or null
   * @throws IllegalArgumentException if a header holds bytes that HTTP/1.1 cannot carry; the edge
   *     refuses those before
   */
  public static HttpRequest build(
      Exchange exchange,
      TargetConfig target,
      CharSequence credential,
      boolean http2,
      @Nullable AttemptEdit edit) {
    HttpRequest client = exchange.request();
    BodySplice body = edit == null ? null : edit.body();
    boolean chunked = HttpUtil.isTransferEncodingChunked(client);
    FieldList fields = new FieldList(client.headers().size() + ADDED_FIELDS);
    fields.add(HttpHeaderNames.HOST, target.authority());
    boolean sized = copy(client.headers(), fields, exchange.generating(), chunked, body);
    if (chunked && !http2) {
      fields.add(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else if (!chunked && !sized && expectsBody(client.method())) {
      // RFC 9110 section 8.6; Google answers 411 without it.
      fields.add(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
    }
    fields.add(HttpHeaderNames.VIA, VIA_VALUE);
    switch (exchange.route().dialect()) {
      case NATIVE, GENERATE, SIMPLE -> fields.add(GOOGLE_KEY, checked(credential));
      case OPENAI -> fields.add(HttpHeaderNames.AUTHORIZATION, checked(credential));
    }
    String uri = TargetPath.join(target, edit == null ? exchange.uri() : edit.uri());
    HttpHeaders headers = http2 ? fields.open() : fields.readOnly();
    return new DefaultHttpRequest(HttpVersion.HTTP_1_1, client.method(), uri, headers);
  }

  /** Everything else came through a codec that has looked at it; a client's own key did not. */
  private static CharSequence checked(CharSequence credential) {
    if (HttpHeaderValidationUtil.validateValidHeaderValue(credential) != -1) {
      throw new IllegalArgumentException("a key that cannot stand in a header");
    }
    return credential;
  }

  /**
   * Copies what may pass.
   *
   * @param chunked whether the body's length is told by its chunks: then it is by nothing else
   * @return whether the length of the body was among it, which no client can list away
   */
  private static boolean copy(
      HttpHeaders from,
      FieldList to,
      boolean identity,
      boolean chunked,
      @Nullable BodySplice body) {
    List<String> listed = HopByHop.listed(from);
    boolean sized = false;
    int coding = NOWHERE;
    Iterator<Map.Entry<CharSequence, CharSequence>> all = from.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = all.next();
      CharSequence name = header.getKey();
      CharSequence value = header.getValue();
      if (isLeftOut(name, listed) || isTwin(name, listed) || (body != null && isDigest(name))) {
        continue;
      }
      if (is(name, HttpHeaderNames.ACCEPT_ENCODING)) {
        // Errors have to be read, and keys looked for in them: gzip alone can be undone here.
        boolean gzip = !identity && AsciiString.containsIgnoreCase(value, "gzip");
        coding = coding == NOWHERE ? to.add(name, value) : coding;
        to.replace(coding, gzip ? HttpHeaderValues.GZIP : HttpHeaderValues.IDENTITY);
      } else if (!is(name, HttpHeaderNames.CONTENT_LENGTH)) {
        to.add(name, value);
      } else if (!chunked) {
        sized = true;
        to.add(name, body == null ? value : fitting(value, body));
      }
    }
    return sized;
  }

  private static CharSequence fitting(CharSequence length, BodySplice body) {
    return Long.toString(Long.parseLong(length.toString()) + body.growth());
  }

  private static boolean isDigest(CharSequence name) {
    for (int i = 0; i < DIGESTS.size(); i++) {
      if (is(name, DIGESTS.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLeftOut(CharSequence name, List<String> listed) {
    return HopByHop.isHopByHop(name) || isDropped(name) || HopByHop.isListed(listed, name);
  }

  private static boolean isTwin(CharSequence name, List<String> listed) {
    if (AsciiString.indexOf(name, '_', 0) < 0) {
      return false;
    }
    String meant = name.toString().replace('_', '-');
    return isLeftOut(meant, listed) || is(meant, HttpHeaderNames.CONTENT_LENGTH);
  }

  private static boolean isDropped(CharSequence name) {
    return switch (name.length()) {
          case 3 -> is(name, HttpHeaderNames.VIA);
          case 4 -> is(name, HttpHeaderNames.HOST);
          case 6 ->
              is(name, HttpHeaderNames.EXPECT)
                  || is(name, HttpHeaderNames.COOKIE)
                  || is(name, HttpHeaderNames.ORIGIN);
          case 7 -> is(name, AZURE_KEY) || is(name, HttpHeaderNames.REFERER);
          case 9 -> is(name, API_KEY) || is(name, FORWARDED) || is(name, REAL_IP);
          case 13 ->
              is(name, HttpHeaderNames.AUTHORIZATION)
                  || is(name, Trail.ADMIN)
                  || is(name, HTTP_METHOD)
                  || is(name, REWRITE_URL)
                  || is(name, Trail.HEADER);
          case 14 -> is(name, GOOGLE_KEY) || is(name, ORIGINAL_URL) || is(name, CLIENT_IP);
          case 17 -> is(name, METHOD_OVERRIDE);
          case 19 -> is(name, USER_PROJECT);
          case 22 -> is(name, HTTP_METHOD_OVERRIDE);
          default -> false;
        }
        || starts(name, FORWARDED_PREFIX)
        || starts(name, PREFLIGHT_PREFIX)
        || starts(name, GOOGLE_IAM_PREFIX);
  }

  private static boolean expectsBody(HttpMethod method) {
    return HttpMethod.POST.equals(method)
        || HttpMethod.PUT.equals(method)
        || HttpMethod.PATCH.equals(method);
  }
}
