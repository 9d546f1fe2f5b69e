package io.geminirelay.bench.quota;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What could have been had: sees Google's own counts, needs no time to get there, and gives room as
 * soon as there is some to the first in the order of arrival that fits. Its waiters wait no longer
 * than those of the policy it is compared with.
 */
final class Oracle implements Policy {
  private final VirtualTime time;
  private final SimulatedGoogle google;
  private final Tally tally;
  private final long maxWait;
  private final List<Deque<Waiting>> waiting = new ArrayList<>();
  private final long[] nextLook;

  private record Waiting(Ask ask, Reply reply, long untilNanos) {}

  Oracle(Simulation.Parts parts, int models, long maxWaitSeconds) {
    this.time = parts.time();
    this.google = parts.google();
    this.tally = parts.tally();
    this.maxWait = TimeUnit.SECONDS.toNanos(maxWaitSeconds);
    this.nextLook = new long[models];
    for (int i = 0; i < models; i++) {
      waiting.add(new ArrayDeque<>());
      nextLook[i] = Long.MAX_VALUE;
    }
  }

  @Override
  public void submit(Ask ask, Reply reply) {
    if (serve(ask, reply)) {
      return;
    }
    long wait = google.waitNanos(ask);
    if (wait > maxWait) {
      refuse(ask, reply);
      return;
    }
    waiting.get(ask.model()).add(new Waiting(ask, reply, time.elapsed() + maxWait));
    lookAfter(ask.model(), Math.min(wait, maxWait));
  }

  private boolean serve(Ask ask, Reply reply) {
    int best = -1;
    double most = -1;
    for (int project = 0; project < google.projects(); project++) {
      GoogleBucket bucket = google.bucket(project, ask.model());
      if (bucket.fits(ask.tokens()) && bucket.shareLeftAfter(ask.tokens()) > most) {
        best = project;
        most = bucket.shareLeftAfter(ask.tokens());
      }
    }
    if (best < 0) {
      return false;
    }
    google.bucket(best, ask.model()).count(ask.tokens());
    tally.sent(false);
    reply.answered(time.elapsed());
    return true;
  }

  private void refuse(Ask ask, Reply reply) {
    reply.refused(TimeUnit.NANOSECONDS.toSeconds(google.waitNanos(ask)) + 1);
  }

  private void lookAfter(int model, long nanos) {
    long at = time.elapsed() + nanos;
    if (at < nextLook[model]) {
      nextLook[model] = at;
      time.at(at, () -> look(model, at));
    }
  }

  private void look(int model, long at) {
    if (nextLook[model] != at) {
      return;
    }
    nextLook[model] = Long.MAX_VALUE;
    long next = Long.MAX_VALUE;
    List<Waiting> over = new ArrayList<>();
    for (Iterator<Waiting> all = waiting.get(model).iterator(); all.hasNext(); ) {
      Waiting each = all.next();
      if (serve(each.ask(), each.reply())) {
        all.remove();
      } else if (each.untilNanos() <= time.elapsed()) {
        all.remove();
        over.add(each);
      } else {
        long left = each.untilNanos() - time.elapsed();
        next = Math.min(next, Math.min(left, google.waitNanos(each.ask())));
      }
    }
    if (next != Long.MAX_VALUE) {
      lookAfter(model, next);
    }
    over.forEach(each -> refuse(each.ask(), each.reply()));
  }
}
