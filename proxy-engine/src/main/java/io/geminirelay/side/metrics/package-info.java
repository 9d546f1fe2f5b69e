/**
 * The page for Prometheus: in come requests for it, out go the meters of all exchanges so far, and
 * how keys, quotas, targets and the process are at that moment.
 */
@NullMarked
package io.geminirelay.side.metrics;

import org.jspecify.annotations.NullMarked;
