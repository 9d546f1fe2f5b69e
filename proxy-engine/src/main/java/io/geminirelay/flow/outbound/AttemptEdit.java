package io.geminirelay.flow.outbound;

import org.jspecify.annotations.Nullable;

/**
 * What one attempt sends otherwise than the client did.
 *
 * @param uri path and query on Google's side
 * @param body edits the body while it is sent, from its beginning; null where it passes as it is
 */
record AttemptEdit(String uri, @Nullable BodySplice body) {

  /** How much longer the body becomes, in bytes; negative when it becomes shorter. */
  long growth() {
    return body == null ? 0 : body.growth();
  }
}
