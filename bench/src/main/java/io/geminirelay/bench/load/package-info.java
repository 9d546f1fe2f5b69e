/**
 * Load on running proxies: what the gateway's process costs beside nginx and HAProxy. In go a few
 * options, out come CPU time for each request or event and its ratio to nginx, as a table and as
 * JSON. What is not installed is left out and said so; a wrong answer fails the run.
 */
@NullMarked
package io.geminirelay.bench.load;

import org.jspecify.annotations.NullMarked;
