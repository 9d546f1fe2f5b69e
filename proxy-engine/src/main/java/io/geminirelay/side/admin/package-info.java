/**
 * The admin interface: in come whole requests under {@code /admin}, out go answers to the operator.
 *
 * <p>Every operation is a line of {@link io.geminirelay.side.admin.AdminTable}; {@code AdminPages}
 * finds it, lets the login decide who may, and runs it on the one thread of the admin interface, so
 * that event loops pass bytes and nothing else.
 */
@NullMarked
package io.geminirelay.side.admin;

import org.jspecify.annotations.NullMarked;
