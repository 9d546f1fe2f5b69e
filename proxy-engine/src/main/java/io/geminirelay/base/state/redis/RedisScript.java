package io.geminirelay.base.state.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A script that runs inside Redis, named by its digest once Redis has it. Immutable. */
final class RedisScript {
  private final String text;
  private final String digest;

  private RedisScript(String text) {
    this.text = text;
    this.digest = sha1(text);
  }

  /** The script in the resource {@code name} beside this class. */
  static RedisScript load(String name) {
    try (InputStream in = RedisScript.class.getResourceAsStream(name)) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      return new RedisScript(new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it; the answer's items are {@code String}, {@code Long}, {@code List} or null. */
  CompletionStage<List<Object>> run(
      RedisScriptingAsyncCommands<String, String> redis, List<String> keys, List<String> values) {
    String[] keyArray = keys.toArray(String[]::new);
    String[] valueArray = values.toArray(String[]::new);
    try {
      CompletionStage<List<Object>> known =
          redis.evalsha(digest, ScriptOutputType.MULTI, keyArray, valueArray);
      return known.exceptionallyCompose(
          failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return cause instanceof RedisNoScriptException
                ? redis.eval(text, ScriptOutputType.MULTI, keyArray, valueArray)
                : CompletableFuture.failedStage(cause == null ? failure : cause);
          });
    } catch (RuntimeException e) {
      // a closed connection, a full queue
      return CompletableFuture.failedStage(e);
    }
  }

  private static String sha1(String text) {
    try {
      // SHA-1 is how Redis names scripts; nothing is protected by it.
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
