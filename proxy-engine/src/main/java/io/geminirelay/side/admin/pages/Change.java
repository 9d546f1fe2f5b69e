package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.config.edit.ConfigEdit;
import io.geminirelay.base.config.edit.EditException;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.side.admin.AdminActions;
import io.geminirelay.side.admin.AdminActions.Applied;
import io.geminirelay.side.admin.AdminProblem;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a configuration changed or read anew, and says what kept that from happening. */
final class Change {
  private static final Logger LOG = LoggerFactory.getLogger(Change.class);

  private Change() {}

  /** Makes {@code edit}. */
  static Applied make(AdminActions actions, ConfigEdit edit) {
    return make(actions, List.of(edit));
  }

  /** Makes all of {@code edits}, or none. */
  static Applied make(AdminActions actions, List<ConfigEdit> edits) {
    GivenValues given = GivenValues.of(edits);
    try {
      Applied applied = actions.change().make(edits);
      return new Applied(
          applied.saved(),
          applied.restartNeeded(),
          applied.warnings().stream().map(given::masked).toList());
    } catch (EditException e) {
      throw AdminProblem.of(kind(e.kind()), given.masked(String.valueOf(e.getMessage())));
    } catch (ConfigException e) {
      throw invalid(e, given, "the configuration would not be valid");
    } catch (IOException | IllegalArgumentException e) {
      throw unusable(e);
    }
  }

  /** Reads the configuration anew. */
  static Applied reload(AdminActions actions) {
    try {
      return actions.reload().call();
    } catch (ConfigException e) {
      GivenValues nothing = GivenValues.of(List.of());
      throw invalid(e, nothing, "the configuration is not valid; nothing has changed");
    } catch (IOException | IllegalArgumentException e) {
      throw unusable(e);
    }
  }

  private static FaultKind kind(EditException.Kind kind) {
    return switch (kind) {
      case KNOWN -> FaultKind.CONFLICT;
      case UNKNOWN -> FaultKind.NOT_FOUND;
      case REFUSED -> FaultKind.INVALID_CONFIG;
    };
  }

  private static AdminProblem invalid(ConfigException e, GivenValues given, String what) {
    return new AdminProblem(
        Fault.of(FaultKind.INVALID_CONFIG, what),
        e.problems().stream().map(given::masked).toList());
  }

  private static AdminProblem unusable(Exception e) {
    LOG.warn("a configuration cannot be put in force", e);
    String what = "a file that the configuration names cannot be used; the log says which";
    return AdminProblem.of(FaultKind.INVALID_CONFIG, what);
  }

  /** Adds where {@code applied} is kept, its warnings and {@code more} ones to the open object. */
  static void write(JsonGenerator out, Applied applied, String... more) throws IOException {
    out.writeStringField("saved", applied.saved().name().toLowerCase(Locale.ROOT));
    Stream<String> warnings = applied.warnings().stream().map(Problem::toString);
    UsageFields.texts(out, "warnings", Stream.concat(warnings, Stream.of(more)).toList());
  }
}
