package io.geminirelay.base.tokens;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where in a request a value stands, as far as it matters for counting: the dialects' bodies as a
 * tree of named places. Arrays do not matter: an element stands where its array does.
 *
 * <p>Sources: Google's <a href="https://ai.google.dev/api/generate-content">generateContent</a>, <a
 * href="https://ai.google.dev/api/caching#Content">Content</a> and <a
 * href="https://ai.google.dev/api/embeddings">embeddings</a>; OpenAI's <a
 * href="https://platform.openai.com/docs/api-reference/chat/create">chat completions</a>. Google
 * takes its names in camel case and with underscores.
 */
enum PromptPlace {
  /** Whatever the model is not shown: roles, ids, URIs, settings. */
  NOTHING,
  /** Text the model is shown. */
  TEXT,
  /** Members and texts that the model is shown as JSON: arguments, responses, defaults. */
  DATA,

  /** The root of Google's form, or a request of a batch. */
  GEMINI,
  CONTENT,
  PART,
  CALL,
  CALL_NAME,
  CODE,
  SIGNATURE,
  CONFIG,

  TOOL,
  DECLARATION,
  SCHEMA,
  /** Schemas by the names of members, which are text. */
  MEMBERS,
  REQUIRED,

  /** Media with their bytes. */
  INLINE,
  /** Media that are named only. */
  FILE,
  MIME,
  BASE64,
  URI,

  /** The root of OpenAI's form. */
  OPENAI,
  MODEL,
  MESSAGE,
  ITEM,
  TOOL_CALL,
  /** Which call a message answers, which makes it the response of a function. */
  ANSWERED,
  /** A picture by its URL, which can be one with the bytes in it. */
  PICTURE,
  ATTACHMENT,
  DATA_URL,
  /** The bytes themselves, usually as a URL of them. */
  FILE_DATA,
  SOUND,
  SOUND_FORMAT,
  FORMAT,

  /** The root of an interaction. */
  INTERACTION,
  /** A turn, a step or a piece of content of an interaction; media with their bytes or named. */
  BLOCK,
  /** What a block is, which is a MIME type's beginning for media. */
  KIND;

  private static final Map<PromptPlace, Map<String, PromptPlace>> CHILDREN =
      new EnumMap<>(PromptPlace.class);

  static {
    google();
    openAi();
    tools();
    batches();
    completions();
    interactions();
  }

  private static void google() {
    GEMINI.child(CONTENT, "contents", "content", "systemInstruction");
    GEMINI.child(TOOL, "tools").child(CONFIG, "generationConfig").child(GEMINI, "requests");
    CONFIG.child(SCHEMA, "responseSchema", "responseJsonSchema", "_responseJsonSchema");
    CONTENT.child(PART, "parts");
    PART.child(TEXT, "text").child(INLINE, "inlineData").child(FILE, "fileData");
    PART.child(CALL, "functionCall", "functionResponse");
    PART.child(CODE, "executableCode", "codeExecutionResult").child(SIGNATURE, "thoughtSignature");
    PART.child(NOTHING, "thought", "videoMetadata", "mediaResolution", "partMetadata");
    CALL.child(CALL_NAME, "name").child(DATA, "args", "response").child(PART, "parts");
    CODE.child(TEXT, "code", "output");
    INLINE.child(MIME, "mimeType").child(BASE64, "data");
    FILE.child(MIME, "mimeType").child(URI, "fileUri");
  }

  private static void openAi() {
    OPENAI.child(MODEL, "model").child(MESSAGE, "messages").child(TOOL, "tools");
    OPENAI.child(DECLARATION, "functions").child(FORMAT, "response_format").child(ITEM, "input");
    MESSAGE.child(ITEM, "content").child(TEXT, "refusal", "reasoning_content");
    MESSAGE.child(CALL_NAME, "name");
    MESSAGE
        .child(ANSWERED, "tool_call_id")
        .child(TOOL_CALL, "tool_calls")
        .child(CALL, "function_call");
    TOOL_CALL.child(CALL, "function");
    CALL.child(TEXT, "arguments");
    ITEM.child(TEXT, "text", "refusal");
    ITEM.child(PICTURE, "image_url").child(SOUND, "input_audio").child(ATTACHMENT, "file");
    PICTURE.child(DATA_URL, "url");
    ATTACHMENT.child(FILE_DATA, "file_data").child(DATA_URL, "file_url", "file_id");
    SOUND.child(BASE64, "data").child(SOUND_FORMAT, "format");
    FORMAT.child(DECLARATION, "json_schema");
  }

  private static void tools() {
    TOOL.child(DECLARATION, "functionDeclarations", "function");
    DECLARATION.child(CALL_NAME, "name").child(SCHEMA, "description", "parameters", "response");
    DECLARATION.child(SCHEMA, "parametersJsonSchema", "responseJsonSchema", "schema");
    SCHEMA.child(MEMBERS, "properties", "$defs", "definitions", "patternProperties");
    SCHEMA.child(REQUIRED, "required").child(DATA, "default", "example", "examples", "const");
    SCHEMA.child(NOTHING, "propertyOrdering");
  }

  private static void batches() {
    GEMINI.child(GEMINI, "batch", "inputConfig", "request", "inlinePassages", "passages");
  }

  private static void completions() {
    OPENAI.child(ITEM, "prompt").child(TEXT, "suffix", "instructions");
    ITEM.child(ITEM, "content", "output", "summary").child(CALL_NAME, "name");
    ITEM.child(TEXT, "arguments").child(ATTACHMENT, "file_data", "file_url", "file_id");
    TOOL.child(CALL_NAME, "name").child(SCHEMA, "description", "parameters");
  }

  private static void interactions() {
    INTERACTION.child(MODEL, "model").child(BLOCK, "input").child(CONTENT, "systemInstruction");
    INTERACTION.child(DECLARATION, "tools").child(SCHEMA, "responseFormat");
    BLOCK.child(TEXT, "text").child(BLOCK, "content", "summary", "result", "parts");
    BLOCK.child(KIND, "type").child(MIME, "mimeType").child(BASE64, "data").child(URI, "uri");
    BLOCK.child(SIGNATURE, "signature").child(CALL_NAME, "name").child(DATA, "arguments");
    BLOCK.child(NOTHING, "id", "callId", "role", "resolution", "isError", "annotations");
  }

  private PromptPlace child(PromptPlace place, String... names) {
    Map<String, PromptPlace> children = CHILDREN.computeIfAbsent(this, any -> new HashMap<>());
    for (String name : names) {
      children.put(name, place);
      children.put(underscored(name), place);
    }
    return this;
  }

  private static String underscored(String camel) {
    StringBuilder name = new StringBuilder(camel.length() + 4);
    for (int i = 0; i < camel.length(); i++) {
      char c = camel.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        name.append('_').append((char) (c + ('a' - 'A')));
      } else {
        name.append(c);
      }
    }
    return name.toString();
  }

  /** Where the value of the member {@code name} stands in an object that stands here. */
  PromptPlace member(String name) {
    Map<String, PromptPlace> children = CHILDREN.get(this);
    @Nullable PromptPlace child = children == null ? null : children.get(name);
    return child == null ? others() : child;
  }

  private PromptPlace others() {
    return switch (this) {
      // A kind of part, or of content, that is newer than this list.
      case DATA, PART, BLOCK -> DATA;
      case SCHEMA, MEMBERS, REQUIRED -> SCHEMA;
      default -> NOTHING;
    };
  }

  /** Whether what stands here is written to the model with its punctuation. */
  boolean framed() {
    return switch (this) {
      case DATA, SCHEMA, MEMBERS, REQUIRED -> true;
      default -> false;
    };
  }

  /** Whether an object here holds or names media. */
  boolean media() {
    return switch (this) {
      case INLINE, FILE, PICTURE, ATTACHMENT, SOUND, BLOCK -> true;
      default -> false;
    };
  }

  /** Whether a string here is text for the model. */
  boolean text() {
    return switch (this) {
      case TEXT, CONTENT, PART, ITEM, CALL_NAME, BLOCK -> true;
      default -> framed();
    };
  }
}
