/**
 * What is asked in a load run: workloads, the requests they are made of, and the ways these take.
 */
@NullMarked
package io.geminirelay.bench.load.plan;

import org.jspecify.annotations.NullMarked;
