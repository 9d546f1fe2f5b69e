/**
 * What the gateway tells of its work: the lines of its log, and what it remembers of its traffic.
 */
@NullMarked
package io.geminirelay.base.telemetry;

import org.jspecify.annotations.NullMarked;
