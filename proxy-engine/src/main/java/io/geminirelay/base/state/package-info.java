/**
 * State that outlives the process or is shared with other instances: facts with an end, the stores
 * they are kept in, and who keeps both in step. Nothing here is waited for by a request.
 */
@NullMarked
package io.geminirelay.base.state;

import org.jspecify.annotations.NullMarked;
