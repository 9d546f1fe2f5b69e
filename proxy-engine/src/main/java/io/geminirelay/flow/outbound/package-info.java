/**
 * Requests on their way to Google: in come admitted exchanges, out go attempts with a key; a target
 * that cannot be reached or does not answer is told as a fault.
 */
@NullMarked
package io.geminirelay.flow.outbound;

import org.jspecify.annotations.NullMarked;
