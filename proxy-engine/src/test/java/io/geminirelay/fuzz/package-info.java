/**
 * Byte machines against hostile input. A class whose name ends with {@code Fuzz}, here or beside a
 * machine that is seen in its package alone, holds one target. The ordinary test run calls it with
 * the inputs kept under {@code src/test/resources}, in the folder named like the class, and {@code
 * scripts/test --fuzz} with ever new ones, led by coverage. An input that was once a finding is
 * kept there.
 */
@NullMarked
package io.geminirelay.fuzz;

import org.jspecify.annotations.NullMarked;
