/**
 * Live events of the admin interface: sources tell what has changed, one publisher writes each
 * message once, and every listener's event loop sends it.
 */
@NullMarked
package io.geminirelay.side.admin.events;

import org.jspecify.annotations.NullMarked;
