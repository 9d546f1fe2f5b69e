package io.geminirelay.base.load;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/** The file descriptors of this process. Asks the system: not for an event loop. */
public final class Descriptors {
  /** For name servers, stores, files and the log. */
  private static final int RESERVED = 16;

  /** Of what is free at the start, one in so many is left to connections to targets. */
  private static final int UPSTREAM_SHARE = 4;

  private Descriptors() {}

  /** How many there may be; 0 where the system does not tell. */
  public static long limit() {
    return bean() instanceof UnixOperatingSystemMXBean unix
        ? Math.max(0, unix.getMaxFileDescriptorCount())
        : 0;
  }

  /** How many there are; 0 where the system does not tell. */
  public static long open() {
    if (!(bean() instanceof UnixOperatingSystemMXBean unix)) {
      return 0;
    }
    try {
      return Math.max(0, unix.getOpenFileDescriptorCount());
    } catch (InternalError e) {
      // To count them takes one, which there is not any more.
      return limit();
    }
  }

  /** How many connections of clients there can be, beside what is open now and comes with them. */
  public static int roomForClients() {
    long limit = limit();
    return limit == 0 ? Integer.MAX_VALUE : roomForClients(limit, open());
  }

  static int roomForClients(long limit, long open) {
    long free = limit - open;
    long clients = free - Math.max(RESERVED, free / UPSTREAM_SHARE);
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1, clients));
  }

  private static OperatingSystemMXBean bean() {
    return ManagementFactory.getOperatingSystemMXBean();
  }
}
