/** Wrong admin tokens, wherever they are sent, and the addresses that are locked out for them. */
@NullMarked
package io.geminirelay.base.login;

import org.jspecify.annotations.NullMarked;
