package io.geminirelay.flow.accept;

import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;

/**
 * The HTTP/1.1 codec of a client connection: strict on the way in, and on the way out aware of
 * HEAD, whose answers have no body.
 */
final class Http1Codec
    extends CombinedChannelDuplexHandler<StrictRequestDecoder, HttpResponseEncoder> {
  private final StrictRequestDecoder decoder;

  Http1Codec(StrictRequestDecoder decoder) {
    this.decoder = decoder;
    init(decoder, new AnswerEncoder());
  }

  StrictRequestDecoder decoder() {
    return decoder;
  }

  private final class AnswerEncoder extends HttpResponseEncoder {
    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse answer) {
      boolean interim = answer.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      return (!interim && decoder.answersHead()) || super.isContentAlwaysEmpty(answer);
    }
  }
}
