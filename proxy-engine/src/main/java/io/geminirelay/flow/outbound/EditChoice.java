package io.geminirelay.flow.outbound;

import io.geminirelay.base.scan.EditPoints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says which bytes of a body come in the place of others, from the places found in it. Pure. */
final class EditChoice {
  private static final Comparator<BodySplice.Edit> BY_OFFSET =
      Comparator.comparingLong(BodySplice.Edit::from);

  private static final int NULL_BYTES = 4;

  private EditChoice() {}

  /**
   * The edits of a body, in the order of their offsets.
   *
   * @param points places of the whole body
   * @param alias name to replace, or null for none
   * @param topP member to add where it is missing, or null for none
   * @param openAi whether the body is OpenAI's, not Google's native form
   */
  static List<BodySplice.Edit> of(
      EditPoints points, @Nullable ModelAlias alias, @Nullable TopP topP, boolean openAi) {
    List<BodySplice.Edit> found = new ArrayList<>(2);
    if (alias != null) {
      addNames(points, alias, found);
    }
    if (topP != null && openAi) {
      insert(topP.openAi(), points.openAiTopP(), found);
    } else if (topP != null) {
      addNative(points, topP, found);
    }
    found.sort(BY_OFFSET);
    return found;
  }

  private static void addNames(EditPoints points, ModelAlias alias, List<BodySplice.Edit> found) {
    for (EditPoints.Name name : points.names()) {
      byte[] text = alias.inBody(name.text());
      if (text != null) {
        found.add(new BodySplice.Edit(name.from(), name.to(), text));
      }
    }
  }

  private static void addNative(EditPoints points, TopP topP, List<BodySplice.Edit> found) {
    long nullConfig = points.nullConfig();
    if (nullConfig >= 0) {
      found.add(new BodySplice.Edit(nullConfig, nullConfig + NULL_BYTES, topP.config()));
    } else {
      insert(
          points.lacksConfig() ? topP.withConfig() : topP.inConfig(), points.nativeTopP(), found);
    }
  }

  private static void insert(
      TopP.Member member, EditPoints.@Nullable Place place, List<BodySplice.Edit> found) {
    if (place != null) {
      long at = place.offset();
      found.add(new BodySplice.Edit(at, at, member.bytes(place.empty())));
    }
  }
}
