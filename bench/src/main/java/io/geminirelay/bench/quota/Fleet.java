package io.geminirelay.bench.quota;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The projects whose keys the gateway has, in tiers like Google's.
 *
 * @param models models of every project
 * @param projects the projects
 */
record Fleet(List<String> models, List<Project> projects) {
  private static final List<String> MODELS = List.of("gemini-2.5-flash", "gemini-2.5-pro");

  /**
   * One project.
   *
   * @param name as configured
   * @param free whether it is in the free tier
   * @param keys number of its keys; they share its quotas
   * @param quotas by model
   */
  record Project(String name, boolean free, int keys, List<Quota> quotas) {}

  /** Projects of the free tier; every third has two or three keys. */
  static Fleet free(int projects, long flashRpd, long proRpd) {
    return of(
        IntStream.range(0, projects)
            .mapToObj(
                i ->
                    project(
                        i, true, new Quota(15, 250_000, flashRpd), new Quota(10, 250_000, proRpd)))
            .toList());
  }

  /** Paid projects from 300 to 1,000 requests a minute; every third has two or three keys. */
  static Fleet paid(int projects, long rpd) {
    List<Project> all = new ArrayList<>();
    for (int i = 0; i < projects; i++) {
      long rpm = 300 + 700L * i / Math.max(1, projects - 1);
      long tpm = 1_000_000 + 3_000_000L * i / Math.max(1, projects - 1);
      all.add(project(i, false, new Quota(rpm, tpm, rpd), new Quota(rpm / 2, tpm, rpd)));
    }
    return of(all);
  }

  private static Fleet of(List<Project> projects) {
    return new Fleet(MODELS, projects);
  }

  private static Project project(int number, boolean free, Quota flash, Quota pro) {
    int keys = number % 3 == 2 ? 2 + number / 3 % 2 : 1;
    return new Project("project-" + number, free, keys, List.of(flash, pro));
  }

  Quota quota(int project, int model) {
    return projects.get(project).quotas().get(model);
  }

  /** Requests a second for a model that all projects together carry for long. */
  double perSecond(int model, double meanTokens) {
    return projects.stream().mapToDouble(p -> p.quotas().get(model).perSecond(meanTokens)).sum();
  }
}
