package io.geminirelay.bench.soak;

import io.geminirelay.testing.Response;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** Says what an answer is to the client that asked. */
final class Verdict {
  private static final Map<Kind, Pattern> PROOFS = new EnumMap<>(Kind.class);
  private static final int SHOWN_CHARS = 300;

  static {
    for (Kind kind : Kind.values()) {
      PROOFS.put(kind, Pattern.compile(kind.proof()));
    }
  }

  private Verdict() {}

  /** Notes in {@code entry} what {@code answer} is. */
  static void judge(Ledger.Entry entry, Response answer) {
    int status = answer.status();
    String text = answer.text();
    if (entry.kind == Kind.STRANGER) {
      end(entry, status == 401 ? Ledger.Result.REFUSED : Ledger.Result.FAILED, answer);
    } else if (status == 200) {
      String foreign = entry.kind.upstream() ? Ledger.foreignMark(text, entry.id) : "";
      if (foreign.isEmpty()) {
        end(entry, ofBody(entry, answer, text), answer);
      } else {
        entry.end(Ledger.Result.FAILED, status, "holds the answer of " + foreign);
      }
    } else if (status == 429 && (entry.kind == Kind.LIMITED || entry.kind == Kind.NARROW)) {
      end(entry, Ledger.Result.REFUSED, answer);
    } else {
      end(entry, Ledger.Result.FAILED, answer);
    }
  }

  private static Ledger.Result ofBody(Ledger.Entry entry, Response answer, String text) {
    boolean tellsError = entry.kind.upstream() && text.contains("\"error\"");
    if (!answer.whole() || tellsError) {
      return entry.kind.upstream() ? Ledger.Result.BROKEN : Ledger.Result.FAILED;
    }
    boolean right =
        Objects.requireNonNull(PROOFS.get(entry.kind)).matcher(text).find()
            && (!entry.kind.echoes() || text.contains(Ledger.mark(entry.id) + " "));
    // Whole by its framing, and yet not an answer: the worst that can happen.
    return right ? Ledger.Result.SERVED : Ledger.Result.FAILED;
  }

  private static void end(Ledger.Entry entry, Ledger.Result result, Response answer) {
    String note =
        result == Ledger.Result.FAILED
            ? (answer.whole() ? "whole: " : "cut: ") + shortened(answer.text())
            : "";
    entry.end(result, answer.status(), note);
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= SHOWN_CHARS
        ? line
        : line.substring(0, SHOWN_CHARS / 2)
            + " ... "
            + line.substring(line.length() - SHOWN_CHARS / 2);
  }
}
