/** The vocabulary of failures: what happened, on whose side, and whether it may be tried again. */
@NullMarked
package io.geminirelay.base.fault;

import org.jspecify.annotations.NullMarked;
