package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.fault.Fault;

/** Learns how asking for a lease ended; exactly one method is called, once, on the loop. */
public interface LeaseListener {

  /** The lease is the listener's: it must be given back or discarded, once. */
  void leased(UpstreamLease lease);

  /** There is no connection to be had. */
  void failed(Fault fault);
}
