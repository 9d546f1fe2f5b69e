package io.geminirelay.base.state;

/**
 * How a store is, for those who show it.
 *
 * @param name {@code memory}, {@code file} or {@code redis}
 * @param up whether it could be reached when it was last tried
 * @param facts that it is thought to hold
 * @param failures how often it was found that it cannot be reached or written
 */
public record StoreFigure(String name, boolean up, int facts, long failures) {}
