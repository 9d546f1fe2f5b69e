/**
 * The meters that exchanges move: in come ended exchanges, out go counters and histograms in one
 * registry of the Prometheus client library. Label values are bounded, whatever clients send.
 */
@NullMarked
package io.geminirelay.base.telemetry.metrics;

import org.jspecify.annotations.NullMarked;
