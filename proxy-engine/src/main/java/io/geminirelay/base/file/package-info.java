/**
 * Writing files so that a crash leaves the old ones or the new ones. Blocking: for threads that may
 * wait.
 */
@NullMarked
package io.geminirelay.base.file;

import org.jspecify.annotations.NullMarked;
