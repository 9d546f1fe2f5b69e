/**
 * Benchmarks of the gateway's parts and of its whole pipelines in memory. In goes nothing but JMH's
 * options, out come nanoseconds and bytes allocated for each operation, which the guard compares
 * with bounds; a benchmark that breaks fails its run.
 */
@NullMarked
package io.geminirelay.bench.jmh;

import org.jspecify.annotations.NullMarked;
