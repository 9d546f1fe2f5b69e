package io.geminirelay.flow.guard;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.CredentialQuery;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.ModelPattern;
import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code auth}, after {@code classify}: lets pass who has a right to the route, and writes on
 * the exchange who it is.
 *
 * <p>Keeps nothing of a request, owns nothing; one instance serves every channel. The client's
 * credentials stay on its own head, from which the upstream head is built without them.
 */
@Sharable
public final class AuthHandler extends ChannelInboundHandlerAdapter {
  private static final String TRACE_ASKED = "1";

  private final ClientPasses passes;
  private final AdminPass admin;
  private final Set<String> pages;

  /**
   * Admits the clients of {@code passes}, and whom {@code admin} does to the operator's routes.
   *
   * @param pages origins of pages that may call where being on this machine is all it takes
   */
  public AuthHandler(ClientPasses passes, AdminPass admin, Set<String> pages) {
    this.passes = passes;
    this.admin = admin;
    this.pages = pages;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpRequest head)) {
      ctx.fireChannelRead(message);
      return;
    }
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    @Nullable Fault fault = check(exchange, head);
    if (fault == null) {
      if (exchange.route().upstream() && TRACE_ASKED.equals(head.headers().get(Trail.HEADER))) {
        trace(exchange, head);
      }
      ctx.fireChannelRead(message);
      return;
    }
    try {
      FaultResponder.respond(ctx, exchange, fault, false);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /**
   * Beside the client's own credential the admin token gives the right to see which keys and exits
   * served. A wrong one is counted and changes nothing of the answer.
   */
  private void trace(Exchange exchange, HttpRequest head) {
    String token = head.headers().get(Trail.ADMIN, "").trim();
    if (!token.isEmpty()
        && admin.refusal(token.getBytes(StandardCharsets.ISO_8859_1), exchange) == null) {
      exchange.trace();
    }
  }

  private @Nullable Fault check(Exchange exchange, HttpRequest head) {
    return switch (exchange.route()) {
      // The admin's pages know their callers by themselves, by sessions among others.
      case HEALTH, ADMIN -> null;
      case METRICS -> checkMetrics(exchange, head);
      case HEALTH_DETAILED -> checkAdmin(exchange, head);
      case GENERATE -> checkGenerate(exchange, head);
      case NATIVE, UPLOAD, DOWNLOAD, OPENAI, SIMPLE, UNKNOWN -> checkClient(exchange, head);
    };
  }

  /** Who runs the machine may look without a token; from elsewhere it takes one. */
  private @Nullable Fault checkMetrics(Exchange exchange, HttpRequest head) {
    byte[] token = ClientToken.of(head);
    if (token == null) {
      return LocalCaller.foreign(head, exchange.caller(), Set.of()) == null
          ? null
          : Fault.of(
              FaultKind.UNAUTHENTICATED,
              "from other machines, metrics need the admin token or server.metrics_token as bearer");
    }
    return admin.opensMetrics(token) ? null : checkAdmin(token, exchange);
  }

  private @Nullable Fault checkAdmin(Exchange exchange, HttpRequest head) {
    if (!admin.isConfigured()) {
      return Fault.of(FaultKind.NOT_FOUND, "no such path: no admin token is configured");
    }
    byte[] token = ClientToken.of(head);
    if (token == null) {
      return Fault.of(FaultKind.UNAUTHENTICATED, "this path needs the admin token");
    }
    return checkAdmin(token, exchange);
  }

  /** A client's token in the wrong place is a mistake, and no guess. */
  private @Nullable Fault checkAdmin(byte[] token, Exchange exchange) {
    return passes.find(token) == null
        ? admin.refusal(token, exchange)
        : Fault.of(FaultKind.UNAUTHENTICATED, "this is the token of a client");
  }

  /** The password may stand beside a token that is meant for another purpose. */
  private @Nullable Fault checkGenerate(Exchange exchange, HttpRequest head) {
    if (!passes.guardsGenerate()) {
      return checkClient(exchange, head);
    }
    byte[] password = CredentialQuery.value(head.uri(), CredentialQuery.PASSWORD);
    byte[] token = ClientToken.of(head);
    if (token != null && passes.find(token) != null) {
      // Whatever else opens the route: who says who it is, is bound as that client is.
      return checkClient(exchange, head);
    }
    if (passes.opensGenerate(password) || passes.opensGenerate(token)) {
      return null;
    }
    return Fault.of(
        FaultKind.UNAUTHENTICATED,
        token == null
            ? "no password: send it as ?password= or as Authorization: Bearer"
            : "the password is wrong");
  }

  private @Nullable Fault checkClient(Exchange exchange, HttpRequest head) {
    byte[] token = ClientToken.of(head);
    ClientConfig client = token == null ? null : passes.find(token);
    if (client != null) {
      exchange.client(client);
      return ModelPattern.allows(client, exchange.model()) ? null : forbidden(exchange);
    }
    if (passes.openToAll()) {
      return passes.thisMachineOnly() ? checkLocal(exchange, head) : null;
    }
    if (!passes.hasClients()) {
      return Fault.of(
          FaultKind.UNAUTHENTICATED,
          "this gateway has no clients configured (API_KEYS): its password opens /generate alone");
    }
    return Fault.of(
        FaultKind.UNAUTHENTICATED,
        token == null
            ? "no token: send one as Authorization: Bearer, x-goog-api-key, X-API-KEY or ?key="
            : "the token is not known to this gateway");
  }

  private @Nullable Fault checkLocal(Exchange exchange, HttpRequest head) {
    String foreign = LocalCaller.foreign(head, exchange.caller(), pages);
    return foreign == null
        ? null
        : Fault.of(
            FaultKind.FORBIDDEN,
            "without clients only this machine is served, and the "
                + foreign
                + " names another or none: call http://localhost, list the page's origin under"
                + " server.cors.origins, or configure clients (API_KEYS) or \"auth: none\"");
  }

  private static Fault forbidden(Exchange exchange) {
    return Fault.of(FaultKind.FORBIDDEN, "this client may not use the model " + exchange.model());
  }
}
