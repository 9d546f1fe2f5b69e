package io.geminirelay.base.config;

import java.time.Duration;

/**
 * Rules of the admin interface's login.
 *
 * @param mayUsePlainHttp whether a login over plain HTTP is taken
 * @param maxLoginAttempts wrong logins before an address is locked out; at least 1
 * @param lockout how long it then stays locked out
 * @param session how long a login lasts
 */
public record AdminConfig(
    boolean mayUsePlainHttp, int maxLoginAttempts, Duration lockout, Duration session) {

  /** Used where nothing is set: plain HTTP taken, 5 tries, one hour, one day. */
  public static final AdminConfig STANDARD =
      new AdminConfig(true, 5, Duration.ofHours(1), Duration.ofDays(1));
}
