/**
 * What an upstream outcome means for a key: in come statuses, error bodies and faults, out go
 * verdicts. Pure; nothing is kept.
 */
@NullMarked
package io.geminirelay.flow.keys.verdict;

import org.jspecify.annotations.NullMarked;
