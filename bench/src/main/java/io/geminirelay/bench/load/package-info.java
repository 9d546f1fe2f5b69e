/**
 * Load on running proxies: what the gateway's process costs beside nginx and HAProxy. In go a few
 * options, out come CPU for each request, event or MB with its ratio to nginx, latency beside no
 * proxy at all, and memory of open streams, as tables, JSON and a page. {@code plan} says what is
 * asked, {@code client} and {@code upstream} are the two ends, {@code wire} what these agree on,
 * {@code proxy} what lies between, {@code report} what is told. What is not installed is left out
 * and said so; a wrong answer fails the run.
 */
@NullMarked
package io.geminirelay.bench.load;

import org.jspecify.annotations.NullMarked;
