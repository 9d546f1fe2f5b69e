/**
 * Which API key serves a request, and what an upstream outcome means for it.
 *
 * <p>In come a model, the groups a client may use and, later, what Google answered; out go a key
 * and a verdict, and which exits are open on the key's way. It can go wrong that no key is usable:
 * then the earliest time one comes back is told. Shared by all event loops: nothing here locks or
 * waits.
 */
@NullMarked
package io.geminirelay.flow.keys;

import org.jspecify.annotations.NullMarked;
