/** The upstream of a load run, a process of its own: answers as cheaply as can be. */
@NullMarked
package io.geminirelay.bench.load.upstream;

import org.jspecify.annotations.NullMarked;
