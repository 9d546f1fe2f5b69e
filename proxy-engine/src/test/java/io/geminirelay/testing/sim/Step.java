package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** One step of an answer. {@link #play} returns false when the next step has to wait. */
interface Step {
  boolean play(Playback playback);

  /** A 1xx answer. */
  record Inform(int status, List<Header> headers) implements Step {
    @Override
    public boolean play(Playback playback) {
      playback.wire().inform(status, headers);
      return true;
    }
  }

  /** The head of the answer. */
  record Head(int status, List<Header> headers, Wire.Framing framing, long length) implements Step {
    @Override
    public boolean play(Playback playback) {
      playback.headSent(status);
      playback.wire().head(status, headers, framing, length);
      return true;
    }
  }

  /** A piece of the body, written and usually flushed by itself. */
  final class Data implements Step {
    final byte[] bytes;
    final boolean flushes;

    Data(byte[] bytes, boolean flushes) {
      this.bytes = bytes;
      this.flushes = flushes;
    }

    @Override
    public boolean play(Playback playback) {
      boolean last = playback.nextIsEnd();
      playback.count(bytes.length);
      playback.wire().take(Unpooled.wrappedBuffer(bytes), last);
      if (last) {
        return playback.finish();
      }
      if (flushes) {
        playback.wire().flush();
      }
      return playback.goOnWhenWritable();
    }
  }

  /** The same block of bytes over and over, as fast as the reader takes it. */
  final class Flood implements Step {
    private final ByteBuffer block;
    private final long blocks;

    /** Keeps the block outside the heap, so that sending it copies nothing. */
    Flood(byte[] block, long blocks) {
      this.block = ByteBuffer.allocateDirect(block.length).put(block).flip();
      this.blocks = blocks;
    }

    @Override
    public boolean play(Playback playback) {
      while (playback.floodedBlocks() < blocks) {
        playback.flooded(block.remaining());
        playback.wire().take(Unpooled.wrappedBuffer(block.duplicate()), false);
        if (!playback.wire().isWritable()) {
          playback.repeatThisStep();
          return playback.goOnWhenWritable();
        }
      }
      playback.wire().flush();
      return true;
    }
  }

  /** Waits. */
  record Pause(Duration time) implements Step {
    @Override
    public boolean play(Playback playback) {
      return playback.pause(time);
    }
  }

  /** Bytes around the codec. */
  final class Raw implements Step {
    private final byte[] bytes;

    Raw(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean play(Playback playback) {
      playback.count(bytes.length);
      playback.wire().takeRaw(Unpooled.wrappedBuffer(bytes));
      return true;
    }
  }

  /** Everything that is a single word to the wire. */
  enum Act implements Step {
    END {
      @Override
      public boolean play(Playback playback) {
        playback.wire().end();
        return playback.finish();
      }
    },
    /** Sends what is written and then nothing more; the exchange stays open. */
    STALL {
      @Override
      public boolean play(Playback playback) {
        playback.wire().flush();
        return false;
      }
    },
    CUT {
      @Override
      public boolean play(Playback playback) {
        playback.finish();
        playback.wire().cut();
        return false;
      }
    },
    RESET {
      @Override
      public boolean play(Playback playback) {
        playback.finish();
        playback.wire().reset();
        return false;
      }
    },
    STOP_READING {
      @Override
      public boolean play(Playback playback) {
        playback.wire().stopReading();
        return true;
      }
    }
  }

  /** RST_STREAM. */
  record ResetStream(long code) implements Step {
    @Override
    public boolean play(Playback playback) {
      playback.finish();
      playback.wire().resetStream(code);
      return false;
    }
  }

  /** GOAWAY. */
  record GoAway(long code, boolean refuseThisStream) implements Step {
    @Override
    public boolean play(Playback playback) {
      if (refuseThisStream) {
        playback.finish();
      }
      playback.wire().goAway(code, refuseThisStream);
      return !refuseThisStream;
    }
  }
}
