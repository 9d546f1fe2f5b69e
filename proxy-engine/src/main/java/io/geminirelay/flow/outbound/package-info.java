/**
 * The way of a request to Google: attempts until one is served or given up.
 *
 * <p>In come a request, its body and a key; out goes an answer that is committed, or a fault. Any
 * attempt can be refused, break off or find no connection: then the rules here say what is next.
 * What the operator wants changed in a request is changed for each attempt anew, as its bytes
 * leave.
 */
@NullMarked
package io.geminirelay.flow.outbound;

import org.jspecify.annotations.NullMarked;
