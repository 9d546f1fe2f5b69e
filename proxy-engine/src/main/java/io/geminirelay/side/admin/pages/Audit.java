package io.geminirelay.side.admin.pages;

import io.geminirelay.side.admin.AdminRequest;
import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of the log for everything that somebody changed over the admin interface, or was not let
 * change: what, by names and fingerprints alone, and from which address.
 */
final class Audit {
  private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

  private Audit() {}

  /** Notes down that {@code what} is done; {@code more} is empty or goes on with the sentence. */
  static void done(AdminRequest request, String what, String more) {
    LOG.info("{} by the admin interface from {}{}", what, address(request), more);
  }

  /** Notes down that {@code what} is not done. */
  static void refused(AdminRequest request, String what, String why) {
    LOG.warn("refused by the admin interface from {}: {}: {}", address(request), what, why);
  }

  private static String address(AdminRequest request) {
    InetAddress address = request.visit().caller().address();
    return address == null ? "an unknown address" : address.getHostAddress();
  }
}
