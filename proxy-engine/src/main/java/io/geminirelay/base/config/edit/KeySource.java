package io.geminirelay.base.config.edit;

/** Where a key or a client of the configuration is given. */
public enum KeySource {
  /** In the configuration's file. */
  FILE,
  /** In a variable, or in the service manager's credentials: not to be removed from here. */
  ENVIRONMENT,
  /** In the journal of changes, or in memory only. */
  STORE
}
