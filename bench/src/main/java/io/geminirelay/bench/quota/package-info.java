/**
 * Simulates a fleet of agents, a pool of keys and Google's quotas on a virtual clock, with the
 * gateway's own classes in between. In go a seed and scenarios; out comes how much of what the
 * quotas allow became answers, and how many refusals that took. Start reading at {@link
 * io.geminirelay.bench.quota.Simulation}.
 */
@NullMarked
package io.geminirelay.bench.quota;

import org.jspecify.annotations.NullMarked;
