/**
 * State in Redis, shared by all gateways with the same {@code redis_key_prefix}.
 *
 * <p>Facts, in one slot of a Cluster ({@code P} is the prefix): {@code P{facts}:f:NAME} holds a
 * fact as JSON until it ends, with the change that wrote it, or a mark that it is over before;
 * {@code P{facts}:ends} is a sorted set of their names by their ends; {@code P{facts}:turn} counts
 * the changes, with a random name for as long as Redis keeps what it has. Every change is published
 * on {@code P{facts}:changes} with its number, by the script that makes it, so that who misses one
 * sees it at the next look and reads all. An instance that has come makes a change of a fact that
 * is over already, which says nothing. Limits: {@code Plimit:NAME}, one key each. What was drawn on
 * quotas: {@code Pquota:NAME}, a hash each. Slots of limits, in one slot of a Cluster: {@code
 * P{slots}:of:NAME}, a hash with what each instance holds; {@code P{slots}:live}, when each was
 * heard of last; {@code P{slots}:calls}, of which limits more is wanted. Ends and limits go by
 * Redis's clock; every key ends by itself.
 *
 * <p>A user of Redis needs {@code ~P* &P* +@read +@write +@scripting +@connection +publish
 * +subscribe +time}, in a Cluster {@code +cluster} too. With {@code +info} the log warns where
 * Redis may drop entries when it is full.
 *
 * <p>Everything waits on threads of its own, never on those of requests.
 */
@NullMarked
package io.geminirelay.base.state.redis;

import org.jspecify.annotations.NullMarked;
