/**
 * Benchmarks of the gateway. In goes nothing but JMH's options, out come nanoseconds and bytes
 * allocated for each operation; a benchmark that breaks fails its run.
 */
@NullMarked
package io.geminirelay.bench;

import org.jspecify.annotations.NullMarked;
