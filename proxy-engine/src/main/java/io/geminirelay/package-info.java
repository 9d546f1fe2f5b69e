/**
 * The way of a request: {@link io.geminirelay.flow.accept} turns sockets into requests, {@link
 * io.geminirelay.flow.classify} says what a path means, {@link io.geminirelay.flow.guard} who may
 * pass, {@link io.geminirelay.flow.keys} which key serves, {@link io.geminirelay.flow.outbound}
 * makes attempts until one is served, {@link io.geminirelay.flow.relay} carries the answer back,
 * and {@link io.geminirelay.flow.settle} closes the account, whatever happened. {@link
 * io.geminirelay.RequestPipeline} lists the stages in order: start reading there.
 */
@NullMarked
package io.geminirelay;

import org.jspecify.annotations.NullMarked;
