/**
 * The gateway's own request forms: in comes a request as an older proxy took it, on goes the one
 * that Google understands, and Google's answer comes back in the form that was asked for. What goes
 * wrong is told in that form too.
 */
@NullMarked
package io.geminirelay.flow.interpret;

import org.jspecify.annotations.NullMarked;
