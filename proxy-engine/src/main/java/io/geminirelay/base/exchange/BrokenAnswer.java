package io.geminirelay.base.exchange;

import io.geminirelay.base.fault.Fault;

/**
 * Written outbound in place of the rest of an answer that will not be completed, on routes whose
 * answers have a form of the gateway's own: only that form knows how a break is shown.
 *
 * @param fault why it broke off
 */
public record BrokenAnswer(Fault fault) {}
