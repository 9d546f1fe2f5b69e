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
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a configuration changed or read anew, and says what kept that from happening. */
final class Change {
  private static final Logger LOG = LoggerFactory.getLogger(Change.class);

  private static final String RELOAD = "read the configuration anew";

  private static final Pattern LIKE_A_CREDENTIAL =
      Pattern.compile("(?=[a-z_-]*[0-9A-Z])[A-Za-z0-9_-]{12,}");

  private Change() {}

  /** Makes {@code edit}. */
  static Applied make(AdminRoom room, AdminRequest request, ConfigEdit edit) {
    return make(room, request, List.of(edit));
  }

  /** Makes all of {@code edits}, or none. */
  static Applied make(AdminRoom room, AdminRequest request, List<ConfigEdit> edits) {
    try {
      Applied applied = room.actions().change().make(edits);
      Audit.done(request, text(edits), "; kept in: " + saved(applied));
      return applied;
    } catch (EditException e) {
      throw refused(
          request,
          text(edits),
          AdminProblem.of(kind(e.kind()), masked(String.valueOf(e.getMessage()))));
    } catch (ConfigException e) {
      throw refused(request, text(edits), invalid(e, "the configuration would not be valid"));
    } catch (IOException | IllegalArgumentException e) {
      throw refused(request, text(edits), unusable(e));
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
    // What is no name may be a credential in the wrong place.
    Audit.refused(request, masked(what), masked(why));
    return problem;
  }

  /** Reads the configuration anew. */
  static Applied reload(AdminRoom room, AdminRequest request) {
    try {
      Applied applied = room.actions().reload().call();
      Audit.done(request, RELOAD, "");
      return applied;
    } catch (ConfigException e) {
      String what = "the configuration is not valid; nothing has changed";
      throw refused(request, RELOAD, invalid(e, what));
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

  private static AdminProblem invalid(ConfigException e, String what) {
    return new AdminProblem(
        Fault.of(FaultKind.INVALID_CONFIG, what),
        e.problems().stream().map(Change::masked).toList());
  }

  private static Problem masked(Problem problem) {
    return new Problem(
        problem.place(), masked(problem.found()), problem.expected(), problem.nearest());
  }

  /** A value of a request may be a credential in the wrong place, which must not come back. */
  private static String masked(String text) {
    return LIKE_A_CREDENTIAL.matcher(text).replaceAll("***");
  }

  private static AdminProblem unusable(Exception e) {
    LOG.warn("a configuration cannot be put in force", e);
    String what = "a file that the configuration names cannot be used; the log says which";
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
