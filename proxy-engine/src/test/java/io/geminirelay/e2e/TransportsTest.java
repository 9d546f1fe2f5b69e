package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.geminirelay.flow.accept.Transport;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.testsuite.transport.TestsuitePermutation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a gateway does for its clients it does over every transport and with every allocator: those
 * of Netty's own test suite, the same with their buffers on the heap, and without any pool.
 */
class TransportsTest {
  private static RelayBattery battery;

  @BeforeAll
  static void open() throws Exception {
    battery = new RelayBattery();
  }

  @AfterAll
  static void close() throws Exception {
    battery.close();
  }

  static Stream<Arguments> combinations() {
    return Arrays.stream(Transport.values())
        .flatMap(transport -> allocators().stream().map(each -> Arguments.of(transport, each)));
  }

  private static List<Named> allocators() {
    List<Named> all = new ArrayList<>();
    for (ByteBufAllocator each : TestsuitePermutation.allocator()) {
      all.add(new Named(each.getClass().getSimpleName(), each));
    }
    all.add(new Named("pooled, heap", new PooledByteBufAllocator(false)));
    all.add(new Named("adaptive, heap", new AdaptiveByteBufAllocator(false)));
    all.add(new Named("unpooled, direct", new UnpooledByteBufAllocator(true)));
    all.add(new Named("unpooled, heap", new UnpooledByteBufAllocator(false)));
    return all;
  }

  private record Named(String name, ByteBufAllocator allocator) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("combinations")
  void relaysAlike(Transport transport, Named buffers) throws Exception {
    assumeTrue(transport.missing() == null, () -> transport + ": " + transport.missing());
    battery.overPlain(transport, buffers.allocator);
    battery.overTls(transport, buffers.allocator);
    if (buffers.allocator instanceof UnpooledByteBufAllocator counted) {
      assertEquals(0, counted.metric().usedDirectMemory(), "direct bytes that nobody gave back");
      assertEquals(0, counted.metric().usedHeapMemory(), "heap bytes that nobody gave back");
    }
  }
}
