/** How the gateway is: in come requests for its health, out go JSON answers made on the spot. */
@NullMarked
package io.geminirelay.side.health;

import org.jspecify.annotations.NullMarked;
