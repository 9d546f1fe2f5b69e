/** What the gateway tells of its work: one line for each exchange. */
@NullMarked
package io.geminirelay.base.telemetry;

import org.jspecify.annotations.NullMarked;
