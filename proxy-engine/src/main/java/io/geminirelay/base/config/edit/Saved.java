package io.geminirelay.base.config.edit;

/** Where a change of the configuration is kept. */
public enum Saved {
  /** Written into the configuration's file. */
  FILE,
  /** In the journal of the state folder, which is applied to the file at each start and reload. */
  STORE,
  /** Nowhere: the next start or reload forgets it. */
  MEMORY
}
