/**
 * The service manager that started the process: what it passes on in variables, the socket it may
 * hand over, and the datagrams by which it is told how the gateway is (sd_notify(3),
 * sd_listen_fds(3)). Nothing here is on the way of a request.
 */
@NullMarked
package io.geminirelay.base.service;

import org.jspecify.annotations.NullMarked;
