package io.geminirelay.base.config.edit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.edit.ConfigEdit.NewKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Writes and reads edits as JSON; keys stand in it as they are. */
final class EditJson {
  private static final JsonFactory JSON = new JsonFactory();

  private EditJson() {}

  static byte[] write(List<ConfigEdit> edits) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.useDefaultPrettyPrinter();
      Map<String, Object> whole = new LinkedHashMap<>();
      whole.put("version", 1);
      whole.put("changes", edits.stream().map(EditJson::fields).toList());
      write(out, whole);
    }
    return bytes.toByteArray();
  }

  /**
   * The edits of {@code bytes}.
   *
   * @throws IOException if these are not what {@link #write} gives
   */
  static List<ConfigEdit> read(byte[] bytes) throws IOException {
    try (JsonParser in = JSON.createParser(bytes)) {
      in.nextToken();
      Map<?, ?> whole = (Map<?, ?>) some(value(in));
      if (!Integer.valueOf(1).equals(whole.get("version"))) {
        throw new IOException("another version");
      }
      List<ConfigEdit> edits = new ArrayList<>();
      for (Object change : (List<?>) some(whole.get("changes"))) {
        edits.add(edit((Map<?, ?>) some(change)));
      }
      return edits;
    } catch (ClassCastException | IllegalArgumentException | NoSuchElementException e) {
      throw new IOException("not a journal of changes");
    }
  }

  private static Map<String, Object> fields(ConfigEdit edit) {
    Map<String, Object> all = new LinkedHashMap<>();
    if (edit instanceof ConfigEdit.AddKeys add) {
      all.put("add_keys", add.keys().stream().map(EditJson::fields).toList());
      all.put("group", add.group());
    } else if (edit instanceof ConfigEdit.RemoveKey remove) {
      all.put("remove_keys", remove.fingerprints());
    } else if (edit instanceof ConfigEdit.DisableKey disable) {
      all.put("disable_keys", disable.fingerprints());
    } else if (edit instanceof ConfigEdit.EnableKey enable) {
      all.put("enable_keys", enable.fingerprints());
    } else if (edit instanceof ConfigEdit.AddClient add) {
      all.put("add_client", fields(add.client()));
    } else if (edit instanceof ConfigEdit.RemoveClient remove) {
      all.put("remove_client", remove.name());
    } else if (edit instanceof ConfigEdit.Set set) {
      all.put("set", set.path());
      all.put("value", set.value());
    } else {
      all.put("unset", ((ConfigEdit.Unset) edit).path());
    }
    return all;
  }

  private static Map<String, Object> fields(NewKey key) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("key", key.key().reveal());
    if (key.project() != null) {
      all.put("project", key.project());
    }
    if (key.weight() != null) {
      all.put("weight", key.weight());
    }
    return all;
  }

  private static Map<String, Object> fields(ClientConfig client) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("name", client.name());
    all.put("token_sha256", HexFormat.of().formatHex(client.tokenSha256()));
    all.put("requests_per_minute", client.requestsPerMinute());
    all.put("tokens_per_minute", client.tokensPerMinute());
    all.put("max_concurrent", client.maxConcurrent());
    all.put("models", client.models());
    all.put("groups", client.groups());
    all.put("priority", client.priority().word());
    return all;
  }

  private static ConfigEdit edit(Map<?, ?> fields) {
    String kind = String.valueOf(fields.keySet().iterator().next());
    Object what = fields.get(kind);
    return switch (kind) {
      case "add_keys" -> new ConfigEdit.AddKeys((String) some(fields.get("group")), keys(what));
      case "remove_keys" -> new ConfigEdit.RemoveKey(texts(what));
      case "disable_keys" -> new ConfigEdit.DisableKey(texts(what));
      case "enable_keys" -> new ConfigEdit.EnableKey(texts(what));
      case "add_client" -> new ConfigEdit.AddClient(client((Map<?, ?>) some(what)));
      case "remove_client" -> new ConfigEdit.RemoveClient((String) some(what));
      case "set" -> new ConfigEdit.Set((String) some(what), some(fields.get("value")));
      case "unset" -> new ConfigEdit.Unset((String) some(what));
      default -> throw new IllegalArgumentException("another kind of change");
    };
  }

  private static List<NewKey> keys(@Nullable Object list) {
    List<NewKey> keys = new ArrayList<>();
    for (Object item : (List<?>) some(list)) {
      Map<?, ?> key = (Map<?, ?>) some(item);
      Secret secret = Secret.of((String) some(key.get("key")));
      keys.add(new NewKey(secret, (String) key.get("project"), (Integer) key.get("weight")));
    }
    return keys;
  }

  private static ClientConfig client(Map<?, ?> fields) {
    return new ClientConfig(
        (String) some(fields.get("name")),
        HexFormat.of().parseHex((String) some(fields.get("token_sha256"))),
        ((Number) some(fields.get("requests_per_minute"))).longValue(),
        ((Number) some(fields.get("tokens_per_minute"))).longValue(),
        ((Number) some(fields.get("max_concurrent"))).intValue(),
        texts(fields.get("models")),
        texts(fields.get("groups")),
        priority(fields.get("priority")));
  }

  /** Journals of earlier versions have none. */
  private static Priority priority(@Nullable Object word) {
    return word == null ? Priority.NORMAL : (Priority) some(Priority.byWord().get((String) word));
  }

  private static List<String> texts(@Nullable Object list) {
    List<String> texts = new ArrayList<>();
    for (Object item : (List<?>) some(list)) {
      texts.add((String) some(item));
    }
    return texts;
  }

  private static Object some(@Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("a part is missing");
    }
    return value;
  }

  private static void write(JsonGenerator out, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName(String.valueOf(entry.getKey()));
        write(out, entry.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof List<?> list) {
      out.writeStartArray();
      for (Object item : list) {
        write(out, item);
      }
      out.writeEndArray();
    } else if (value instanceof Boolean truth) {
      out.writeBoolean(truth);
    } else if (value instanceof Number number) {
      out.writeNumber(new BigDecimal(number.toString()));
    } else {
      out.writeString(value.toString());
    }
  }

  private static @Nullable Object value(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String name = in.currentName();
        in.nextToken();
        map.put(name, value(in));
      }
      return map;
    }
    if (token == JsonToken.START_ARRAY) {
      List<@Nullable Object> list = new ArrayList<>();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        list.add(value(in));
      }
      return list;
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return in.getNumberValue();
    }
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      return in.getDecimalValue();
    }
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return token == JsonToken.VALUE_TRUE;
    }
    return token == JsonToken.VALUE_STRING ? in.getText() : null;
  }
}
