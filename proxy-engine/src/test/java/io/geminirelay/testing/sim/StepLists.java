package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes to the steps of an answer; each returns a new list. */
final class StepLists {
  private StepLists() {}

  static Step.@Nullable Head head(List<Step> steps) {
    for (Step step : steps) {
      if (step instanceof Step.Head head) {
        return head;
      }
    }
    return null;
  }

  /** The pieces of the body. */
  static List<byte[]> pieces(List<Step> steps) {
    List<byte[]> pieces = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Step.Data data) {
        pieces.add(data.bytes);
      }
    }
    return pieces;
  }

  /** Other headers and, unless null, another framing. */
  static List<Step> withHead(
      List<Step> steps, List<Header> headers, Wire.@Nullable Framing framing) {
    List<Step> changed = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Step.Head head) {
        Wire.Framing chosen = framing == null ? head.framing() : framing;
        changed.add(new Step.Head(head.status(), List.copyOf(headers), chosen, head.length()));
      } else {
        changed.add(step);
      }
    }
    return changed;
  }

  /** These pieces in place of all data and pauses. */
  static List<Step> withPieces(List<Step> steps, List<byte[]> pieces) {
    List<Step> changed = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Step.Head head) {
        changed.add(new Step.Head(head.status(), head.headers(), head.framing(), length(pieces)));
        pieces.forEach(piece -> changed.add(new Step.Data(piece, true)));
      } else if (!(step instanceof Step.Data || step instanceof Step.Pause)) {
        changed.add(step);
      }
    }
    return changed;
  }

  static List<Step> insert(List<Step> steps, int index, Step step) {
    List<Step> changed = new ArrayList<>(steps);
    changed.add(index, step);
    return changed;
  }

  static List<Step> endingAt(List<Step> steps, int index, Step ending) {
    List<Step> changed = new ArrayList<>(steps.subList(0, index));
    changed.add(ending);
    return changed;
  }

  /** Everything up to so many bytes of the body, then this ending. */
  static List<Step> endingAfter(List<Step> steps, long bytes, Step ending) {
    List<Step> changed = new ArrayList<>();
    long left = bytes;
    for (Step step : steps) {
      if (step instanceof Step.Data data) {
        if (left <= 0) {
          break;
        }
        int take = (int) Math.min(left, data.bytes.length);
        changed.add(new Step.Data(Arrays.copyOf(data.bytes, take), true));
        left -= take;
      } else if (step == Step.Act.END) {
        break;
      } else {
        changed.add(step);
      }
    }
    changed.add(ending);
    return changed;
  }

  static long length(List<byte[]> pieces) {
    return pieces.stream().mapToLong(piece -> piece.length).sum();
  }
}
