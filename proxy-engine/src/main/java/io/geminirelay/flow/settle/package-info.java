/**
 * The end of an exchange, whatever happened: comes in with its outcome, goes out to log and account
 * exactly once.
 */
@NullMarked
package io.geminirelay.flow.settle;

import org.jspecify.annotations.NullMarked;
