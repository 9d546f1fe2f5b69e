package io.geminirelay.flow.outbound;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import java.util.Arrays;

/**
 * The header fields of one head in the order in which they are written: names and values side by
 * side, without the table for looking them up that no codec needs. What is added has been checked
 * before. Not thread safe.
 */
final class FieldList {
  private CharSequence[] pairs;
  private int count;

  /** A list with room for so many fields, which grows. */
  FieldList(int fields) {
    this.pairs = new CharSequence[2 * fields];
  }

  /** Adds a field; returns its place for {@link #replace}. */
  int add(CharSequence name, CharSequence value) {
    if (count == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * count + 2);
    }
    pairs[count] = name;
    pairs[count + 1] = value;
    count += 2;
    return count - 2;
  }

  /** Gives the field at {@code place} another value. */
  void replace(int place, CharSequence value) {
    pairs[place + 1] = value;
  }

  /** As headers that are only read, for HTTP/1.1. */
  HttpHeaders readOnly() {
    CharSequence[] exact = count == pairs.length ? pairs : Arrays.copyOf(pairs, count);
    return new ReadOnlyHttpHeaders(false, exact);
  }

  /** As headers to which a codec may add its own. */
  HttpHeaders open() {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (int i = 0; i < count; i += 2) {
      headers.add(pairs[i], pairs[i + 1]);
    }
    return headers;
  }
}
