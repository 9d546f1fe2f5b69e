package io.geminirelay.flow.classify;

import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.Fault;
import org.jspecify.annotations.Nullable;

/**
 * What {@link RouteTable} says about a request.
 *
 * @param route meaning of the path; for a refused one the route whose dialect is nearest
 * @param uri path and query on Google's side, without credentials
 * @param model model named by the path, or empty
 * @param generating whether a success has to hold an answer of a model
 * @param fault why the request goes no further, or null
 */
public record RouteMatch(
    Route route, String uri, String model, boolean generating, @Nullable Fault fault) {}
