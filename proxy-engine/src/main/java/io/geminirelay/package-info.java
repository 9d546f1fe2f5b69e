/** The command line and the composition root: configuration goes in, a running gateway comes out. */
@NullMarked
package io.geminirelay;

import org.jspecify.annotations.NullMarked;
