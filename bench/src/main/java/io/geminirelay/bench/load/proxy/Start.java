package io.geminirelay.bench.load.proxy;

import java.nio.file.Path;
import java.util.List;

/**
 * How proxies are started.
 *
 * @param upstream where they send requests
 * @param core they are pinned to; less than 0: to none
 * @param keys in each of the gateway's groups
 * @param gateway the gateway's command without the configuration; empty: {@code scripts/run}
 * @param folder for files
 */
public record Start(Upstream upstream, int core, int keys, List<String> gateway, Path folder) {
  /** The same with another number of keys. */
  public Start withKeys(int count) {
    return new Start(upstream, core, count, gateway, folder);
  }
}
