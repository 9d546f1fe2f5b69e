package io.geminirelay.bench.quota;

/**
 * One request of a client, the same for every policy.
 *
 * @param client number of the client
 * @param model number of the model
 * @param atNanos when it is first asked, since the start
 * @param tokens input tokens as Google counts them
 * @param guess input tokens as the gateway would guess them
 * @param serviceNanos from its arrival at Google to the end of the answer
 */
record Ask(int client, int model, long atNanos, long tokens, long guess, long serviceNanos) {}
