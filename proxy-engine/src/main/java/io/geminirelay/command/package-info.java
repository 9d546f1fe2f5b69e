/**
 * Commands for people and scripts beside serving: in come arguments, out go text, JSON and an exit
 * code. What they tell of a running gateway they ask its admin API.
 */
@NullMarked
package io.geminirelay.command;

import org.jspecify.annotations.NullMarked;
