/**
 * Who may use the admin interface: the token, and sessions that were opened with it. Everything
 * here belongs to the admin thread.
 */
@NullMarked
package io.geminirelay.side.admin.login;

import org.jspecify.annotations.NullMarked;
