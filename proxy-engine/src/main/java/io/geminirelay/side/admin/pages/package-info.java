/**
 * What the admin interface tells and does, resource by resource: in come requests that the login
 * has let through, out go JSON values made on the admin thread.
 *
 * <p>What can go wrong is thrown as an {@link io.geminirelay.side.admin.AdminProblem}; no
 * credential is ever in it, nor in an answer, but for the token of a client that was made just now.
 */
@NullMarked
package io.geminirelay.side.admin.pages;

import org.jspecify.annotations.NullMarked;
