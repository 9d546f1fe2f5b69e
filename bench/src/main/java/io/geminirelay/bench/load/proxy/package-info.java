/** The processes under load: how each proxy is configured and started, and what it has used. */
@NullMarked
package io.geminirelay.bench.load.proxy;

import org.jspecify.annotations.NullMarked;
