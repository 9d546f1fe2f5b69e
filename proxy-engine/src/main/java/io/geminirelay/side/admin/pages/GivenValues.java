package io.geminirelay.side.admin.pages;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Place;
import io.geminirelay.base.config.Problem;
import io.geminirelay.base.config.edit.ConfigEdit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What came with a request: a value or a name of it may be a credential in the wrong place, which
 * must not come back. Names that the gateway itself uses stay readable. Immutable.
 */
final class GivenValues {
  private static final Pattern LIKE_A_CREDENTIAL =
      Pattern.compile("(?=[a-z_-]*[0-9A-Z])[A-Za-z0-9_-]{12,}");

  /** Lower case, as some values are shown in it. */
  private final String all;

  private GivenValues(String all) {
    this.all = all.toLowerCase(Locale.ROOT);
  }

  /** What {@code edits} hold. */
  static GivenValues of(List<ConfigEdit> edits) {
    StringBuilder all = new StringBuilder();
    for (ConfigEdit edit : edits) {
      all.append(of(edit)).append('\n');
    }
    return new GivenValues(all.toString());
  }

  /** Fingerprints tell nothing of a key, so those of keys to change are not among them. */
  private static String of(ConfigEdit edit) {
    if (edit instanceof ConfigEdit.Set set) {
      return set.path() + '\n' + set.value();
    } else if (edit instanceof ConfigEdit.Unset unset) {
      return unset.path();
    } else if (edit instanceof ConfigEdit.RemoveClient remove) {
      return remove.name();
    } else if (edit instanceof ConfigEdit.AddClient add) {
      ClientConfig client = add.client();
      return client.name() + '\n' + client.models() + '\n' + client.groups();
    } else if (edit instanceof ConfigEdit.AddKeys add) {
      StringBuilder all = new StringBuilder(add.group());
      add.keys()
          .forEach(
              key -> all.append('\n').append(key.key().reveal()).append(' ').append(key.project()));
      return all.toString();
    }
    return "";
  }

  /** {@code text} without what looks like a credential of the request. */
  String masked(String text) {
    return LIKE_A_CREDENTIAL
        .matcher(text)
        .replaceAll(
            match -> all.contains(match.group().toLowerCase(Locale.ROOT)) ? "***" : match.group());
  }

  /** The same for every part of {@code problem} that may have come from it. */
  Problem masked(Problem problem) {
    Place place = problem.place();
    return new Problem(
        new Place(place.source(), place.line(), place.column(), masked(place.path())),
        masked(problem.found()),
        problem.expected(),
        problem.nearest());
  }
}
