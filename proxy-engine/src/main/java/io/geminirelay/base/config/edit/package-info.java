/**
 * Changes of the configuration from the running program: what can be asked for, how it is written
 * into the operator's text without touching the rest of it, and where it is kept.
 *
 * <p>{@link io.geminirelay.base.config.edit.ConfigStore} is the way in.
 */
@NullMarked
package io.geminirelay.base.config.edit;

import org.jspecify.annotations.NullMarked;
