package io.geminirelay.side.metrics;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A form in which the page can be had; there are a few.
 *
 * @param writer of text, OpenMetrics or protobuf
 * @param escaping what becomes of names that older scrapers cannot read
 * @param zipped whether the page is compressed
 */
record PageForm(ExpositionFormatWriter writer, EscapingScheme escaping, boolean zipped) {
  private static final ExpositionFormats FORMATS =
      ExpositionFormats.init(PrometheusProperties.builder().build());

  /** The form that {@code headers} ask for. */
  static PageForm of(HttpHeaders headers) {
    @Nullable String accept = joined(headers, HttpHeaderNames.ACCEPT);
    return new PageForm(
        FORMATS.findWriter(accept),
        EscapingScheme.fromAcceptHeader(accept),
        takesGzip(joined(headers, HttpHeaderNames.ACCEPT_ENCODING)));
  }

  private static @Nullable String joined(HttpHeaders headers, CharSequence name) {
    return headers.contains(name) ? String.join(",", headers.getAll(name)) : null;
  }

  /** RFC 9110 section 12.5.3, but for a star, which leaves the choice to us. */
  private static boolean takesGzip(@Nullable String codings) {
    if (codings == null) {
      return false;
    }
    for (String coding : codings.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = coding.strip().split("\\s*;\\s*", -1);
      if (parts[0].equals("gzip")) {
        return parts.length == 1 || !parts[1].matches("q=0(\\.0*)?");
      }
    }
    return false;
  }

  /** Value of {@code Content-Type}. */
  String contentType() {
    return writer.getContentType() + escaping.toHeaderFormat();
  }

  /** The page in this form. */
  byte[] write(MetricSnapshots snapshots) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    try (OutputStream out = zipped ? new GZIPOutputStream(bytes) : bytes) {
      writer.write(out, snapshots, escaping);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }
}
