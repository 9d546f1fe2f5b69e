package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.telemetry.Cells;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Meters with the same name and other label values. The library's own kind would have all event
 * loops write to the same words; here each row is some {@link Cells}, which its users add to, and a
 * snapshot is made of them when a page is. Thread safe.
 */
abstract class Family implements Collector {
  private final MetricWithFixedMetadata form;
  private final String[] labelNames;
  private final Cells cells;
  private final TimeSource time;
  private final int cellsOfRow;
  private final Map<List<String>, Row> rows = new LinkedHashMap<>();

  /**
   * One row.
   *
   * @param labels its label values with their names
   * @param cell the first of its cells
   * @param createdMillis when it was made
   */
  record Row(Labels labels, int cell, long createdMillis) {}

  /** Meters named as {@code form}, which itself is not used, with so many cells each. */
  Family(MetricWithFixedMetadata form, String[] labelNames, Room room, int cellsOfRow) {
    this.form = form;
    this.labelNames = labelNames;
    this.cells = room.cells();
    this.time = room.time();
    this.cellsOfRow = cellsOfRow;
    if (labelNames.length == 0) {
      cell();
    }
  }

  /**
   * What all families of an engine share.
   *
   * @param cells where the sums are
   * @param time tells when rows are made
   */
  record Room(Cells cells, TimeSource time) {}

  /** The first cell of the row with these label values; always the same for the same ones. */
  final synchronized int cell(String... values) {
    Row row = rows.get(Arrays.asList(values));
    if (row == null) {
      row =
          new Row(
              Labels.of(labelNames, values), cells.take(cellsOfRow), time.instant().toEpochMilli());
      rows.put(List.of(values), row);
    }
    return row.cell();
  }

  /** Leaves out rows from now on whose label values {@code gone} names. */
  final synchronized void removeIf(Predicate<List<String>> gone) {
    rows.keySet().removeIf(gone);
  }

  private synchronized List<Row> rows() {
    return new ArrayList<>(rows.values());
  }

  @Override
  public final MetricSnapshot collect() {
    return snapshot(form.collect().getMetadata(), rows(), cells);
  }

  /** The page's form of {@code rows}. */
  abstract MetricSnapshot snapshot(MetricMetadata metadata, List<Row> rows, Cells cells);

  @Override
  public final @Nullable MetricFamilyDescriptor getMetricFamilyDescriptor() {
    return form.getMetricFamilyDescriptor();
  }
}
