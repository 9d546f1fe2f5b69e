package io.geminirelay.side.metrics;

import io.geminirelay.base.load.Load;
import io.geminirelay.base.state.StoreFigure;
import io.geminirelay.base.telemetry.Refusals;
import io.geminirelay.flow.keys.Exits;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What is there for as long as the engine and a page reads. Suppliers are called on the page's
 * thread, must be thread safe and answer at once.
 *
 * @param version of the program
 * @param startSeconds when it started, in seconds since 1970
 * @param exits how exits are
 * @param inFlight requests begun and not ended
 * @param connections client connections
 * @param refusals those that were not taken, or ended, and why
 * @param logLinesDropped lines of the log that found no room
 * @param pools upstream connections, of each event loop
 * @param store how what is kept is
 * @param load how loaded the gateway is
 */
public record EngineState(
    String version,
    double startSeconds,
    Exits exits,
    LongSupplier inFlight,
    LongSupplier connections,
    Refusals refusals,
    LongSupplier logLinesDropped,
    Supplier<List<Pool>> pools,
    Supplier<StoreFigure> store,
    Load load) {

  /**
   * A late moment's numbers of the upstream connections of one event loop.
   *
   * @param idle connections without a request
   * @param busy requests in flight
   * @param waiting requests that wait for a connection
   * @param connecting connections on their way
   * @param streams answers that are streams, have begun and not ended
   */
  public record Pool(int idle, int busy, int waiting, int connecting, int streams) {}
}
