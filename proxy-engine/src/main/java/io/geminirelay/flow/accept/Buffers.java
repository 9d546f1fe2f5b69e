package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.AllocatorChoice;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ReflectiveChannelFactory;

/** Where the buffers of connections come from. Pure. */
public final class Buffers {
  private Buffers() {}

  /** The allocator for {@code choice}; there is one of each kind in a process. */
  public static ByteBufAllocator of(AllocatorChoice choice) {
    return switch (choice) {
      case AUTO -> ByteBufAllocator.DEFAULT;
      case ADAPTIVE -> Adaptive.ALLOCATOR;
      case POOLED -> PooledByteBufAllocator.DEFAULT;
      case UNPOOLED -> UnpooledByteBufAllocator.DEFAULT;
    };
  }

  /** Made when it is first asked for, as its pools are not free. */
  private static final class Adaptive {
    static final ByteBufAllocator ALLOCATOR =
        ByteBufAllocator.DEFAULT instanceof AdaptiveByteBufAllocator
            ? ByteBufAllocator.DEFAULT
            : new AdaptiveByteBufAllocator();
  }

  /** Makes channels of {@code type} that take their buffers from {@code buffers}. */
  public static <C extends Channel> ChannelFactory<C> channels(
      Class<? extends C> type, ByteBufAllocator buffers) {
    ReflectiveChannelFactory<C> plain = new ReflectiveChannelFactory<>(type);
    return () -> {
      C channel = plain.newChannel();
      channel.config().setAllocator(buffers);
      return channel;
    };
  }
}
