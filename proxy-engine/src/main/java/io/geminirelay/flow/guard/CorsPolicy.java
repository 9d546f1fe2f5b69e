package io.geminirelay.flow.guard;

import io.geminirelay.base.config.CorsRules;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.cors.CorsConfig;
import io.netty.handler.codec.http.cors.CorsConfigBuilder;
import java.util.ArrayList;
import java.util.List;

/** Says the operator's rules for browsers in the words of Netty's CORS handler. Pure. */
public final class CorsPolicy {
  private CorsPolicy() {}

  /** The policy of {@code rules}, which must be enabled. */
  public static CorsConfig of(CorsRules rules) {
    CorsConfigBuilder builder =
        rules.anyOrigin()
            ? CorsConfigBuilder.forAnyOrigin()
            // A private network's gateway may be called from where its operator says by name.
            : CorsConfigBuilder.forOrigins(rules.origins().toArray(new String[0]))
                .allowPrivateNetwork();
    builder
        .allowedRequestHeaders(allowedHeaders(rules).toArray(new String[0]))
        .allowedRequestMethods(
            rules.methods().stream().map(HttpMethod::valueOf).toArray(HttpMethod[]::new))
        .maxAge(rules.maxAge().toSeconds())
        // Netty would add a date, and quote it for the comma in it.
        .noPreflightResponseHeaders();
    if (!rules.exposeHeaders().isEmpty()) {
      // As one value: Netty would write a header line for each.
      builder.exposeHeaders(String.join(", ", rules.exposeHeaders()));
    }
    return rules.credentials() ? builder.allowCredentials().build() : builder.build();
  }

  /** The wildcard does not cover {@code Authorization} (Fetch standard, CORS-preflight fetch). */
  private static List<String> allowedHeaders(CorsRules rules) {
    List<String> all = new ArrayList<>(rules.allowedHeaders());
    if (all.contains(CorsRules.ANY)
        && all.stream().noneMatch(HttpHeaderNames.AUTHORIZATION::contentEqualsIgnoreCase)) {
      all.add(HttpHeaderNames.AUTHORIZATION.toString());
    }
    return all;
  }
}
