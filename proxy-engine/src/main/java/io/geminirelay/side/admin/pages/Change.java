package io.geminirelay.side.admin.pages;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.config.edit.ConfigEdit;
import io.geminirelay.base.config.edit.EditException;
import io.geminirelay.base.config.edit.EditText;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.side.admin.AdminActions.Applied;
import io.geminirelay.side.admin.AdminProblem;
import io.geminirelay.side.admin.AdminRequest;
import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a configuration changed or read anew, and says what kept that from happening. */
final class Change {
  private static final Logger LOG = LoggerFactory.getLogger(Change.class);

  private static final String RELOAD = "read the configuration anew";

  private Change() {}

  /** Makes {@code edit}. */
  static Applied make(AdminRoom room, AdminRequest request, ConfigEdit edit) {
    return make(room, request, List.of(edit));
  }

  /** Makes all of {@code edits}, or none. */
  static Applied make(AdminRoom room, AdminRequest request, List<ConfigEdit> edits) {
    GivenValues given = GivenValues.of(edits);
    try {
      Applied applied = room.actions().change().make(edits);
      Audit.done(request, text(edits), "; kept in: " + saved(applied));
      return new Applied(
          applied.saved(),
          applied.restartNeeded(),
          applied.warnings().stream().map(given::masked).toList());
    } catch (EditException e) {
      String why = given.masked(String.valueOf(e.getMessage()));
      throw refused(request, given.masked(text(edits)), AdminProblem.of(kind(e.kind()), why));
    } catch (ConfigException e) {
      String what = "the configuration would not be valid";
      throw refused(request, given.masked(text(edits)), invalid(e, given, what));
    } catch (IOException | IllegalArgumentException e) {
      throw refused(request, given.masked(text(edits)), unusable(e));
    }
  }

  /** What is changed, by names alone. */
  private static String text(List<ConfigEdit> edits) {
    return edits.stream().map(EditText::brief).collect(Collectors.joining("; "));
  }

  private static AdminProblem refused(AdminRequest request, String what, AdminProblem problem) {
    String why =
        problem.problems().isEmpty()
            ? problem.fault().detail()
            : problem.problems().stream().map(Problem::toString).collect(Collectors.joining("; "));
    Audit.refused(request, what, why);
    return problem;
  }

  /** Reads the configuration anew. */
  static Applied reload(AdminRoom room, AdminRequest request) {
    try {
      Applied applied = room.actions().reload().call();
      Audit.done(request, RELOAD, "");
      return applied;
    } catch (ConfigException e) {
      GivenValues nothing = GivenValues.of(List.of());
      String what = "the configuration is not valid; nothing has changed";
      throw refused(request, RELOAD, invalid(e, nothing, what));
    } catch (IOException | IllegalArgumentException e) {
      throw refused(request, RELOAD, unusable(e));
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
    String what =
        e instanceof BindException
            ? "the address of server.host and server.port cannot be bound; the log says why"
            : "a file that the configuration names cannot be used; the log says which";
    return AdminProblem.of(FaultKind.INVALID_CONFIG, what);
  }

  private static String saved(Applied applied) {
    return applied.saved().name().toLowerCase(Locale.ROOT);
  }

  /** Adds where {@code applied} is kept, its warnings and {@code more} ones to the open object. */
  static void write(JsonGenerator out, Applied applied, String... more) throws IOException {
    out.writeStringField("saved", saved(applied));
    Stream<String> warnings = applied.warnings().stream().map(Problem::toString);
    UsageFields.texts(out, "warnings", Stream.concat(warnings, Stream.of(more)).toList());
  }
}
