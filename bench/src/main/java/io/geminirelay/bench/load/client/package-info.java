/** The clients of a load run, on one event loop: closed and open loop, HTTP/1.1 and HTTP/2. */
@NullMarked
package io.geminirelay.bench.load.client;

import org.jspecify.annotations.NullMarked;
