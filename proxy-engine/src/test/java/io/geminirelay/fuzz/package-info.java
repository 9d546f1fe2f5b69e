/**
 * Byte machines against hostile input. Each class holds one target, which the ordinary test run
 * calls with the inputs kept under {@code src/test/resources}, in the folder named like the class,
 * and {@code scripts/test --fuzz} with ever new ones, led by coverage. An input that was once a
 * finding is kept there.
 */
@NullMarked
package io.geminirelay.fuzz;

import org.jspecify.annotations.NullMarked;
