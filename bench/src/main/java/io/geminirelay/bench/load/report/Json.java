package io.geminirelay.bench.load.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The samples of a run for programs: every window, with percentiles. */
public final class Json {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};

  private Json() {}

  /** Writes all. */
  public static String text(Figures figures) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      out.writeStartObject();
      out.writeObjectFieldStart("about");
      for (Map.Entry<String, String> each : figures.about().entrySet()) {
        out.writeStringField(each.getKey(), each.getValue());
      }
      out.writeEndObject();
      out.writeObjectFieldStart("workloads");
      for (Workload workload : figures.workloads()) {
        workload(out, figures, workload);
      }
      out.writeEndObject();
      out.writeEndObject();
    }
    return text.append('\n').toString();
  }

  private static void workload(JsonGenerator out, Figures figures, Workload workload)
      throws IOException {
    out.writeObjectFieldStart(workload.label());
    out.writeStringField("title", workload.title());
    out.writeStringField("value", Markdown.what(workload));
    for (Map.Entry<Proxy, List<Sample>> proxy : figures.of(workload).entrySet()) {
      out.writeArrayFieldStart(proxy.getKey().label());
      for (Sample sample : proxy.getValue()) {
        sample(out, sample);
      }
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  private static void sample(JsonGenerator out, Sample sample) throws IOException {
    out.writeStartObject();
    if (!Double.isNaN(sample.value())) {
      out.writeNumberField("value", sample.value());
    }
    out.writeNumberField("perSecond", sample.perSecond());
    out.writeNumberField("busy", sample.busy());
    out.writeNumberField("others", sample.others());
    out.writeNumberField("residentKb", sample.residentKb());
    Histogram latencies = sample.latencies();
    if (latencies != null) {
      out.writeObjectFieldStart("micros");
      out.writeNumberField("count", latencies.getTotalCount());
      for (double percentile : PERCENTILES) {
        out.writeNumberField("p" + percentile, latencies.getValueAtPercentile(percentile));
      }
      out.writeEndObject();
    }
    out.writeEndObject();
  }
}
