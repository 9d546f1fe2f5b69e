package io.geminirelay;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.config.edit.Changed;
import io.geminirelay.base.config.edit.ConfigEdit;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.config.edit.ConfigWatch;
import io.geminirelay.base.config.edit.EditException;
import io.geminirelay.base.config.edit.KeySource;
import io.geminirelay.base.config.edit.Saved;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyChecked;
import io.geminirelay.flow.outbound.check.KeyRound;
import io.geminirelay.side.admin.AdminActions;
import io.geminirelay.side.admin.AdminActions.Applied;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.GatewayView;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the operator can see of the running gateway, and do to it. Changes are for one thread, that
 * of the admin interface; the rest is thread safe.
 */
final class Operator {
  private static final Logger LOG = LoggerFactory.getLogger(Operator.class);

  /** A write that was begun so long ago goes on no more. */
  private static final Duration LONGEST_WRITING = Duration.ofMinutes(5);

  /** What was written a moment before the start is old enough at one of the next times. */
  private static final int LOOKS_TO_CLEAN = 600;

  private final Supplier<Generation> current;
  private final Successor successor;
  private final @Nullable ConfigStore store;
  private final @Nullable ConfigWatch watch;
  private final EngineConfig started;
  private final IntSupplier connections;

  /** Of the thread that looks. */
  private int looks;

  /** Puts configurations in force. */
  interface Successor {
    /** As {@link Engine#apply}. */
    void apply(EngineConfig config) throws IOException;

    /** Names of the settings in which {@code next} differs and that need a restart. */
    List<String> restartNeeds(EngineConfig before, EngineConfig next);

    /** There is none to be put in force: what was to be is not valid, or cannot be used. */
    void refused();
  }

  /**
   * Looks after a gateway.
   *
   * @param store where the configuration is kept; null where it was given without a file
   * @param started what the process began with
   * @param connections open connections of clients
   */
  Operator(
      Supplier<Generation> current,
      Successor successor,
      @Nullable ConfigStore store,
      EngineConfig started,
      IntSupplier connections) {
    this.current = current;
    this.successor = successor;
    this.store = store;
    this.watch = store == null ? null : new ConfigWatch(store);
    this.started = started;
    this.connections = connections;
  }

  /** The gateway as it is now. */
  GatewayView view() {
    Generation now = current.get();
    return new GatewayView(
        now.config(),
        origin(now),
        now.outbound().keys(),
        now.outbound().breakers(),
        now.outbound().exits(),
        now.crowd(),
        now.vitals(),
        new GatewayView.Load(now.outbound().room().waiting(), connections.getAsInt()));
  }

  private GatewayView.Origin origin(Generation now) {
    ConfigStore kept = store;
    List<String> restart = successor.restartNeeds(started, now.config());
    return kept == null
        ? new GatewayView.Origin(
            null,
            () -> Saved.MEMORY,
            List.of(),
            restart,
            fingerprint -> KeySource.FILE,
            name -> KeySource.FILE)
        : new GatewayView.Origin(
            kept.file(),
            kept::savesTo,
            kept.changes(),
            restart,
            kept::sourceOf,
            kept::sourceOfClient);
  }

  /** What can be done to it. */
  AdminActions actions() {
    return new AdminActions(this::change, this::reload, this::verify);
  }

  private Applied change(List<ConfigEdit> edits)
      throws EditException, ConfigException, IOException {
    EngineConfig before = current.get().config();
    try {
      // In force before it is kept: what cannot be put in force is kept nowhere.
      Changed changed = store().changeTried(edits, successor::apply);
      return applied(before, changed.loaded(), changed.saved(), changed.warnings());
    } catch (EditException e) {
      takeBack(before, e);
      throw e;
    } catch (ConfigException | IOException | RuntimeException e) {
      takeBack(before, e);
      successor.refused();
      throw e;
    }
  }

  /** What was in force for a moment and cannot be kept, as somebody else changes the file. */
  private void takeBack(EngineConfig before, Exception why) {
    if (!current.get().config().equals(before)) {
      try {
        successor.apply(before);
      } catch (IOException | RuntimeException e) {
        why.addSuppressed(e);
        LOG.error("a change that could not be kept stays in force: {}", Main.reason(e));
      }
    }
  }

  private Applied reload() throws ConfigException, IOException {
    EngineConfig before = current.get().config();
    try {
      Loaded loaded = store().loadTried(successor::apply);
      return applied(before, loaded, store().savesTo(), loaded.warnings());
    } catch (ConfigException | IOException | IllegalArgumentException e) {
      successor.refused();
      throw e;
    }
  }

  /**
   * Reads the configuration anew if its file, or one that it names, was changed by others; now and
   * then, the first time too, removes what a killed process has left beside it.
   */
  void lookAtFiles() {
    if (store != null && looks++ % LOOKS_TO_CLEAN == 0) {
      removeUnfinished(store);
    }
    if (watch != null && current.get().config().server().reloadOnChange() && watch.look()) {
      reloadLogged("its files have changed");
    }
  }

  private static void removeUnfinished(ConfigStore store) {
    try {
      store.removeUnfinished(TimeSource.SYSTEM.instant().minus(LONGEST_WRITING));
    } catch (ConfigException | IOException e) {
      LOG.debug("what was left unfinished beside the configuration cannot be removed", e);
    }
  }

  /**
   * {@link #reload} for who cannot be told what came of it but by the log.
   *
   * @param why it is done, as a clause
   */
  void reloadLogged(String why) {
    try {
      Applied applied = reload();
      applied.warnings().forEach(warning -> LOG.warn("configuration: {}", warning));
      LOG.info(
          "the configuration was read anew, as {}{}",
          why,
          applied.restartNeeded().isEmpty()
              ? ""
              : "; a restart is needed for " + String.join(", ", applied.restartNeeded()));
    } catch (ConfigException e) {
      LOG.error("the configuration, read anew as {}, is not valid; nothing has changed", why);
      e.problems().forEach(problem -> LOG.error("configuration: {}", problem));
    } catch (IOException | IllegalArgumentException e) {
      LOG.error(
          "the configuration, read anew as {}, cannot be put in force; nothing has changed: {}",
          why,
          Main.reason(e));
    } catch (AdminProblem e) {
      LOG.error("the configuration cannot be read anew: {}", e.getMessage());
    }
  }

  /**
   * The same.
   *
   * @param begins told before it is read
   * @param over told when the new one is in force, or the old one stays
   */
  void reloadLogged(String why, Runnable begins, Runnable over) {
    begins.run();
    try {
      reloadLogged(why);
    } finally {
      over.run();
    }
  }

  private ConfigStore store() {
    ConfigStore kept = store;
    if (kept == null) {
      throw AdminProblem.of(
          FaultKind.INVALID_CONFIG,
          "this gateway was given its configuration without a file, so it cannot be changed");
    }
    return kept;
  }

  private Applied applied(EngineConfig before, Loaded loaded, Saved saved, List<Problem> warnings) {
    // Only then: what the operator has set by hand since stays.
    if (!before.telemetry().equals(loaded.config().telemetry())) {
      LogLevel.set(loaded.config().telemetry());
    }
    // What other changes left for a restart, the configuration's page tells.
    return new Applied(saved, successor.restartNeeds(before, loaded.config()), warnings);
  }

  private CompletionStage<List<KeyChecked>> verify(List<ApiKey> keys) {
    Generation now = current.get();
    return new KeyRound(now.check(), keys, now.outbound().time()).results();
  }
}
