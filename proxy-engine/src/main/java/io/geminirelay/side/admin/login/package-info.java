/**
 * Who may use the admin interface: the token, sessions that were opened with it, and addresses that
 * guessed too often. Everything here belongs to the admin thread.
 */
@NullMarked
package io.geminirelay.side.admin.login;

import org.jspecify.annotations.NullMarked;
