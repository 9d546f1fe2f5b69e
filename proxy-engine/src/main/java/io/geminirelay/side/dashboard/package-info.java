/**
 * The files of the dashboard: in come requests for the page of operators, out go its files from the
 * jar, and nothing else.
 *
 * <p>The page itself lies beside these classes among the resources: {@code index.html}, styles, and
 * scripts as ES modules that the browser loads as they are. {@code app.js} is where to begin to
 * read; it also lists the ids and attributes that stay the same for those who drive the page.
 */
@NullMarked
package io.geminirelay.side.dashboard;

import org.jspecify.annotations.NullMarked;
