package io.geminirelay.side.admin;

import io.geminirelay.base.exchange.Caller;
import io.geminirelay.side.admin.login.Session;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Who asks something of the admin interface. Immutable.
 *
 * @param head of the request; holds credentials
 * @param caller where the request came from
 * @param era which of the admin tokens, counted from the start, let the visitor in
 * @param session that the visitor has; null for who bears the token, or is not known
 * @param csrf what the session's page has to show with its writes; empty without a session
 */
public record Visit(
    HttpRequest head, Caller caller, int era, @Nullable Session session, String csrf) {}
