/** One request and its answer: what every stage may know about it. */
@NullMarked
package io.geminirelay.base.exchange;

import org.jspecify.annotations.NullMarked;
