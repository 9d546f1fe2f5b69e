package io.geminirelay.flow.outbound.check;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TargetPath;
import io.geminirelay.flow.keys.ApiKey;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;

/**
 * The request that tells whether a key is accepted: a page of the list of models, which draws on no
 * quota. A target whose URL names the OpenAI-compatible API is asked for that API's list. Pure.
 */
final class CheckRequest {
  private static final String NATIVE_URI = "/v1beta/models?pageSize=1";
  private static final String OPENAI_ROOT = "/v1beta/openai";
  private static final String OPENAI_URI = OPENAI_ROOT + "/models";
  private static final AsciiString GOOGLE_KEY = AsciiString.cached("x-goog-api-key");
  private static final AsciiString AGENT = AsciiString.cached("gemini-relay");

  private CheckRequest() {}

  /** The head to send to {@code target} with {@code key}; no body follows. */
  static HttpRequest of(TargetConfig target, ApiKey key) {
    boolean openAi = target.basePath().endsWith(OPENAI_ROOT);
    String uri = TargetPath.join(target, openAi ? OPENAI_URI : NATIVE_URI);
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri);
    // No Accept-Encoding: an error body has to be read.
    request
        .headers()
        .set(HttpHeaderNames.HOST, target.authority())
        .set(HttpHeaderNames.ACCEPT, HttpHeaderValues.APPLICATION_JSON)
        .set(HttpHeaderNames.USER_AGENT, AGENT)
        .set(
            openAi ? HttpHeaderNames.AUTHORIZATION : GOOGLE_KEY,
            key.credential(openAi ? Route.Dialect.OPENAI : Route.Dialect.NATIVE));
    return request;
  }
}
