package io.geminirelay.base.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.RawHttp2;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import org.junit.jupiter.api.Test;

/** Frames of unknown types pin nothing, even where nobody reads their stream. */
class UnknownFramesHandlerTest {
  private static final int UNKNOWN = 0x27;

  @Test
  void holdsNoneForAStreamThatIsNotRead() {
    UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(true);
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new LocalServerChannel(), // by a parent the multiplexer knows that it is the server's
            DefaultChannelId.newInstance(),
            true,
            false,
            Http2FrameCodecBuilder.forServer().build(),
            UnknownFramesHandler.INSTANCE,
            new Http2MultiplexHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel stream) {
                    stream.config().setAutoRead(false);
                  }
                }));
    arrive(channel, alloc, RawHttp2.join(RawHttp2.PREFACE, RawHttp2.settings()));
    byte[] request =
        RawHttp2.headers(
            1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
    arrive(channel, alloc, request);
    for (int i = 0; i < 10; i++) {
      arrive(channel, alloc, RawHttp2.frame(UNKNOWN, 0, 1, new byte[1_000]));
    }
    assertEquals(0, alloc.metric().usedDirectMemory());
    channel.finishAndReleaseAll();
  }

  private static void arrive(EmbeddedChannel channel, UnpooledByteBufAllocator alloc, byte[] in) {
    ByteBuf read = alloc.directBuffer(in.length).writeBytes(in);
    channel.writeInbound(read);
  }
}
