package io.geminirelay.base.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares what sources know with what a store holds, and finds out who has to be told what.
 *
 * <p>A source's fact is written when it is new, when it changed here, or when the store knows it
 * for a shorter time: so what two instances found out at once ends in the one that lasts longer,
 * whoever was written last. Where somebody decided, the later decision is the right one, however
 * long each lasts. One that became shorter where it was known says so, and takes the place of the
 * longer one everywhere. A fact that a source was taught is not its own: it is not written back,
 * nor taken away by who does not know what it is about; but who held it, if only for a moment, ends
 * it for all. What ends by its time just ends, everywhere by itself: a source may go on with it, as
 * a rest does that waits for its trial.
 *
 * <p>Times are milliseconds of the epoch. For one thread.
 */
final class FactBook {
  /** Ends that are as near as this are the same: clocks never agree wholly. */
  private static final long SLACK_MILLIS = 1_500;

  /** What the store is thought to hold, by name. */
  private final Map<String, Fact> kept = new HashMap<>();

  /** What the source of each kind told last, by kind and name. */
  private final Map<String, Map<String, Fact>> said = new HashMap<>();

  /**
   * What sources were taught since they told last, by name: it may have ended since. As it was
   * taught: of another version, it says more than the source will tell.
   */
  private final Map<String, Taught> taught = new HashMap<>();

  /** What its source took, by name, though it may tell it with another end. */
  private final Map<String, Fact> held = new HashMap<>();

  private record Taught(FactSource source, Fact fact) {}

  /** What ended here, by name, until the store has been told for certain. */
  private final Map<String, Fact> over = new HashMap<>();

  /**
   * Names of what was changed here and is not in the store for certain; what is not {@link #over}
   * is kept.
   */
  private final Set<String> unsaved = new LinkedHashSet<>();

  /** Names of what is being written: a read that began before may lack it. */
  private final Set<String> underway = new HashSet<>();

  /** Names of what others told of since that was last looked at. */
  private final Set<String> heard = new HashSet<>();

  /** Facts that the store is thought to hold. */
  int size() {
    return kept.size();
  }

  // ---- what the sources know

  /** Takes down all that {@code source} tells now. */
  void notice(FactSource source, long now) {
    Map<String, Fact> before = said.getOrDefault(source.kind(), Map.of());
    Map<String, Fact> told = new HashMap<>(before.size() * 2);
    source.tell(fact -> told.put(fact.name(), fact));
    for (Fact fact : told.values()) {
      isSaid(fact, before.get(fact.name()), now);
    }
    for (Fact fact : before.values()) {
      if (!told.containsKey(fact.name())) {
        isOver(source, fact, now);
      }
    }
    said.put(source.kind(), told);
    endTaught(source, told.keySet(), now);
  }

  /** Of what {@code source} was taught since it told last, it may have ended some. */
  private void endTaught(FactSource source, Set<String> told, long now) {
    Iterator<Taught> each = taught.values().iterator();
    while (each.hasNext()) {
      Taught last = each.next();
      String name = last.fact().name();
      if (Fact.kind(name).equals(source.kind())) {
        each.remove();
        // What another was taught, which it has followed, it need not have known.
        if (last.source() == source
            && !told.contains(name)
            && endedEarly(source, last.fact(), now)) {
          end(name);
        }
      }
    }
  }

  /** The same, where all was taken down before: costs no more than what changed since. */
  void noticeChanges(FactSource source, long now) {
    Map<String, Fact> known = said.computeIfAbsent(source.kind(), kind -> new HashMap<>());
    boolean done =
        source.tellChanges(
            fact -> isSaid(fact, known.put(fact.name(), fact), now),
            name -> isOver(source, known.remove(name), now));
    if (done) {
      endTaught(source, known.keySet(), now);
    } else {
      notice(source, now);
    }
  }

  /** Looks again at what others told of: where more is known here, they have to be told. */
  void noticeHeard(long now) {
    for (String name : heard) {
      Fact fact = said.getOrDefault(Fact.kind(name), Map.of()).get(name);
      if (fact != null) {
        isSaid(fact, fact, now);
      }
    }
    heard.clear();
  }

  private void isSaid(Fact fact, @Nullable Fact earlier, long now) {
    if (fact.untilMillis() > now && isNews(fact, earlier)) {
      kept.put(fact.name(), asWritten(fact, earlier));
      over.remove(fact.name());
      unsaved.add(fact.name());
    }
  }

  private void isOver(FactSource source, @Nullable Fact fact, long now) {
    if (fact != null && endedEarly(source, fact, now)) {
      end(fact.name());
    }
  }

  private void end(String name) {
    held.remove(name);
    Fact there = kept.remove(name);
    if (there != null) {
      over.put(name, there);
      unsaved.add(name);
    }
  }

  private boolean isNews(Fact fact, @Nullable Fact earlier) {
    Fact there = kept.get(fact.name());
    if (there == null) {
      return true;
    }
    if (there.says(fact)) {
      return false;
    }
    // What is told as before is no news, whatever was taught meanwhile: else two that say the same
    // a little differently would write it over each other's for ever.
    boolean changedHere =
        earlier == null
            ? there.contradicts(fact)
            : !earlier.says(fact) && (!taught.containsKey(fact.name()) || there.contradicts(fact));
    return changedHere || Fact.outweighs(fact, there);
  }

  /**
   * Of a fact that became shorter here, it has to be said, since the longer one wins else; but not
   * of what was decided.
   */
  private Fact asWritten(Fact fact, @Nullable Fact earlier) {
    Fact there = kept.get(fact.name());
    Taught last = taught.get(fact.name());
    // Told as before, it did not become shorter here, whatever was taught: a clock may have
    // stepped.
    boolean same = earlier != null && earlier.says(fact);
    Fact known = last == null || same ? earlier : last.fact();
    if (there == null || known == null || fact.isDecided()) {
      return fact;
    }
    boolean shorter = Fact.isLonger(known, fact) && Fact.isLonger(there, fact);
    return shorter ? fact.insteadOf(there) : fact;
  }

  private boolean endedEarly(FactSource source, Fact fact, long now) {
    Fact there = kept.get(fact.name());
    return there != null
        && isEarly(fact, now)
        && (!Fact.outweighs(there, fact) || there.equals(held.get(fact.name())))
        && source.knows(fact);
  }

  /** Whether the end of {@code fact} is still so far that it would not have come by itself. */
  private static boolean isEarly(Fact fact, long now) {
    return fact.untilMillis() - now > SLACK_MILLIS;
  }

  /** Teaches {@code source}, which is new, what is known of its kind. */
  void teach(FactSource source) {
    for (Fact fact : kept.values()) {
      if (fact.kind().equals(source.kind())) {
        teach(source, fact);
      }
    }
  }

  private void teach(FactSource source, Fact fact) {
    if (source.learn(fact)) {
      taught.put(fact.name(), new Taught(source, fact));
      held.put(fact.name(), fact);
    } else {
      held.remove(fact.name());
    }
  }

  // ---- what the store tells

  /**
   * The store holds {@code facts}; what of it is news goes to {@code sources}. What it does not
   * hold ends nothing: stores lose things.
   */
  void takeAll(List<Fact> facts, List<FactSource> sources, long now) {
    facts.forEach(fact -> learn(fact, sources, now));
  }

  /** Others have made these changes; what of it is news goes to {@code sources}. */
  void take(StateStore.Batch batch, List<FactSource> sources, long now) {
    for (Fact fact : batch.facts()) {
      heard.add(fact.name());
      learn(fact, sources, now);
    }
    for (String name : batch.gone()) {
      heard.add(name);
      forget(name, sources, now);
    }
  }

  private void learn(Fact fact, List<FactSource> sources, long now) {
    if (fact.untilMillis() <= now) {
      return;
    }
    Fact ended = over.get(fact.name());
    if (ended != null) {
      if (!Fact.outweighs(fact, ended)) {
        return;
      }
      isNotOver(fact);
    }
    Fact before = kept.get(fact.name());
    if (ended == null && isOnItsWay(fact.name())) {
      // It is overwritten soon, which must not lose what is known for longer.
      if (before == null || !Fact.outweighs(fact, before)) {
        return;
      }
    } else {
      kept.put(fact.name(), fact);
      if (before != null && before.says(fact)) {
        return;
      }
    }
    if (before != null && fact.isInsteadOf(before)) {
      of(before, sources, source -> source.forget(before));
    }
    of(fact, sources, source -> teach(source, fact));
  }

  /** Others decided or found out {@code fact} since what was known of it ended here. */
  private void isNotOver(Fact fact) {
    over.remove(fact.name());
    if (underway.contains(fact.name())) {
      // That it was over is being written: whether before or after theirs, cannot be known.
      unsaved.add(fact.name());
    } else {
      unsaved.remove(fact.name());
    }
  }

  private void forget(String name, List<FactSource> sources, long now) {
    if (isOnItsWay(name)) {
      return;
    }
    Fact fact = kept.remove(name);
    taught.remove(name);
    held.remove(name);
    if (fact != null && isEarly(fact, now)) {
      of(fact, sources, source -> source.forget(fact));
    }
  }

  private static void of(Fact fact, List<FactSource> sources, Consumer<FactSource> work) {
    for (FactSource source : sources) {
      if (source.kind().equals(fact.kind())) {
        work.accept(source);
      }
    }
  }

  private boolean isOnItsWay(String name) {
    return unsaved.contains(name) || underway.contains(name);
  }

  /**
   * Drops what has ended, also where it was not written yet: it is over for all by itself, and who
   * said so would end what others found out since.
   */
  void dropEnded(long now) {
    dropEnded(kept, now);
    dropEnded(over, now);
    taught.values().removeIf(each -> each.fact().untilMillis() <= now);
    held.values().removeIf(fact -> fact.untilMillis() <= now);
  }

  private void dropEnded(Map<String, Fact> facts, long now) {
    Iterator<Fact> each = facts.values().iterator();
    while (each.hasNext()) {
      Fact fact = each.next();
      if (fact.untilMillis() <= now) {
        each.remove();
        unsaved.remove(fact.name());
        underway.remove(fact.name());
      }
    }
  }

  // ---- what is written

  /** All that is to be written now, which is under way from now on. */
  StateStore.Batch give() {
    return give(Integer.MAX_VALUE);
  }

  /** Of what is to be written, what waited longest: {@code most} names; one at a time. */
  StateStore.Batch give(int most) {
    List<Fact> facts = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    Iterator<String> waiting = unsaved.iterator();
    for (int i = 0; i < most && waiting.hasNext(); i++) {
      String name = waiting.next();
      waiting.remove();
      underway.add(name);
      Fact fact = kept.get(name);
      if (fact == null) {
        gone.add(name);
      } else {
        facts.add(fact);
      }
    }
    return new StateStore.Batch(facts, gone);
  }

  /** What was given was written, or has to be written again. */
  void written(boolean done) {
    if (!done) {
      unsaved.addAll(underway);
    }
    underway.clear();
    over.keySet().retainAll(unsaved);
  }

  /** Whether something waits to be written. */
  boolean hasUnsaved() {
    return !unsaved.isEmpty();
  }
}
