package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.exchange.Trail.Step;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.telemetry.WhyWords.Trouble;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says in one to three sentences why an exchange was retried, waited, was refused or broke. Pure.
 *
 * <pre>
 * 2 keys had used up gemini-2.5-flash's requests of the minute. Served by the third attempt after 0.4 s.
 * </pre>
 */
public final class Why {
  private static final int MAX_TROUBLES = 3;

  private final Settled settled;
  private final Trail trail;
  private final List<Step> steps;
  private final List<String> sentences = new ArrayList<>();

  private Why(Settled settled) {
    this.settled = settled;
    this.trail = settled.trail();
    this.steps = trail.steps(settled.times().endNanos());
  }

  /** The sentences, in a row; empty when it was served at once, which needs no reason. */
  public static String of(Settled settled) {
    return String.join(" ", sentences(settled));
  }

  /** The sentences; none when it was served at once, which needs no reason. */
  public static List<String> sentences(Settled settled) {
    Why why = new Why(settled);
    why.tell();
    return List.copyOf(why.sentences);
  }

  private void tell() {
    troubles();
    waits();
    switch (settled.outcome()) {
      case SERVED -> served();
      case REFUSED -> refused();
      case BROKEN -> broken();
      case ABANDONED -> abandoned();
      case LOCAL -> {}
    }
  }

  /** What went wrong, each kind once, with how often. */
  private void troubles() {
    Map<Trouble, Integer> times = new LinkedHashMap<>();
    Map<Trouble, Set<String>> keys = new LinkedHashMap<>();
    // What broke a begun answer is told at the end.
    int told = steps.size() - (settled.outcome() == Outcome.BROKEN ? 1 : 0);
    for (int i = 0; i < told; i++) {
      Trouble trouble = WhyWords.trouble(steps.get(i), Settled.cut(settled.model()));
      if (trouble != null) {
        times.merge(trouble, 1, Integer::sum);
        keys.computeIfAbsent(trouble, any -> new TreeSet<>()).add(steps.get(i).key());
      }
    }
    List<String> parts = new ArrayList<>();
    times.forEach(
        (trouble, count) -> {
          if (parts.size() < MAX_TROUBLES) {
            parts.add(part(trouble, count, keys.getOrDefault(trouble, Set.of()).size()));
          }
        });
    if (!parts.isEmpty()) {
      String more = times.size() > MAX_TROUBLES ? ", and more" : "";
      sentence(String.join("; ", parts) + more);
    }
  }

  private static String part(Trouble trouble, int times, int keys) {
    if (!trouble.ofKey()) {
      return trouble.words() + (times == 1 ? "" : ", " + times + " times");
    }
    String words = trouble.words();
    return keys == 1 ? "1 key " + words : keys + " keys " + words.replaceFirst("^was ", "were ");
  }

  private void waits() {
    long waited = trail.waitedNanos(settled.times().endNanos());
    if (waited > 0) {
      sentence("It waited " + WhyWords.length(waited) + forWhat());
    }
  }

  private String forWhat() {
    if (trail.waitsFor() != null) {
      return "queue".equals(trail.waitsFor()) ? " for a key" : " for Google to recover";
    }
    boolean key = false;
    boolean google = false;
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).waitNanos() > 0) {
        Trouble before = i == 0 ? null : WhyWords.trouble(steps.get(i - 1), "");
        boolean ofKey = before == null || before.ofKey();
        key |= ofKey;
        google |= !ofKey;
      }
    }
    if (key && google) {
      return " for a key and for Google to recover";
    }
    return key ? " for a key" : " for Google to recover";
  }

  private void served() {
    Step last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
    if (last == null || last.outcome().equals("ok")) {
      if (!sentences.isEmpty() && last != null) {
        long after = last.startNanos() + last.durationNanos() - settled.times().startNanos();
        sentence(
            "Served by "
                + WhyWords.attempt(Math.max(1, settled.attempts()))
                + " after "
                + WhyWords.length(after));
      }
      return;
    }
    sentence("The client got Google's answer with status " + settled.status() + because());
  }

  private void refused() {
    FaultKind fault = settled.fault();
    String words = fault == null ? null : WhyWords.refusal(fault);
    String name = fault == null ? "refused" : fault.reason().replace('_', ' ');
    if (words == null && steps.isEmpty()) {
      sentence("Refused: " + name);
    } else if (words == null) {
      sentence("Refused with status " + settled.status() + because());
    } else {
      sentence("Refused, for " + words);
    }
  }

  private void broken() {
    Step last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
    Trouble trouble = last == null ? null : WhyWords.trouble(last, settled.model());
    long answer = settled.times().answerNanos();
    String begun = answer > 0 ? "The answer began after " + WhyWords.length(answer) : "It began";
    String cause = trouble == null ? "" : ": " + trouble.words();
    sentence(
        begun + " and was cut short after " + WhyWords.length(settled.times().nanos()) + cause);
  }

  private void abandoned() {
    String during = "";
    if (trail.waitsFor() != null) {
      during = ", while it waited";
    } else if (!steps.isEmpty() && settled.times().answerNanos() == 0) {
      during = ", before an answer began";
    } else if (!steps.isEmpty()) {
      during = ", while the answer was under way";
    }
    sentence("The client left after " + WhyWords.length(settled.times().nanos()) + during);
  }

  private String because() {
    @Nullable String end = WhyWords.end(trail.over());
    return end == null ? "" : ", because " + end;
  }

  private void sentence(String text) {
    sentences.add(Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".");
  }
}
