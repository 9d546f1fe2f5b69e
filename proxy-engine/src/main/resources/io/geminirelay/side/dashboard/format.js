// Numbers and times as people read them. Absent values are shown as a dash.

export const NONE = "–";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const minute = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

let skew = 0;

/** The gateway's clock is the one that counts; called with what it says. */
export function gatewayTime(iso) {
  const said = Date.parse(iso);
  if (!Number.isNaN(said)) {
    skew = said - Date.now();
  }
}

/** Milliseconds on the gateway's clock. */
export function now() {
  return Date.now() + skew;
}

export function known(value) {
  return value !== null && value !== undefined;
}

export function count(value) {
  return known(value) ? whole.format(value) : NONE;
}

export function compact(value) {
  return known(value) ? short.format(value) : NONE;
}

export function millis(value) {
  if (!known(value)) {
    return NONE;
  }
  if (value < 10) {
    return `${Math.round(value * 10) / 10} ms`;
  }
  if (value < 1000) {
    return `${Math.round(value)} ms`;
  }
  return `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)} s`;
}

export function percent(share, digits = 0) {
  return known(share) ? `${(share * 100).toFixed(digits)} %` : NONE;
}

/** Length of a time in its two largest units. */
export function duration(seconds) {
  if (!known(seconds)) {
    return NONE;
  }
  const s = Math.max(0, Math.round(seconds));
  const days = Math.floor(s / 86_400);
  const hours = Math.floor((s % 86_400) / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  if (days > 0) {
    return `${days} d ${hours} h`;
  }
  if (hours > 0) {
    return `${hours} h ${minutes} min`;
  }
  return minutes > 0 ? `${minutes} min ${s % 60} s` : `${s} s`;
}

/** Seconds until a moment, 0 once it is past, undefined for none. */
export function secondsUntil(iso) {
  return iso ? Math.max(0, Math.ceil((Date.parse(iso) - now()) / 1000)) : undefined;
}

/** A clock that runs down: 0:42, 12:05, 3:00:10. */
export function countdown(iso) {
  const left = secondsUntil(iso);
  if (left === undefined) {
    return NONE;
  }
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
}

export function clock(iso) {
  return iso ? time.format(new Date(iso)) : NONE;
}

export function shortClock(at) {
  return minute.format(new Date(at));
}

export function fullTime(iso) {
  return iso ? moment.format(new Date(iso)) : NONE;
}

export function ago(iso) {
  if (!iso) {
    return "never";
  }
  const seconds = Math.max(0, Math.floor((now() - Date.parse(iso)) / 1000));
  if (seconds < 60) {
    return `${seconds} s ago`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ago`;
  }
  return seconds < 86_400
    ? `${Math.floor(seconds / 3600)} h ago`
    : `${Math.floor(seconds / 86_400)} d ago`;
}

/** quota_per_minute -> quota per minute. */
export function words(reason) {
  return known(reason) ? String(reason).replaceAll("_", " ") : "";
}

export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** prompt + output + thoughts; cached tokens are part of the prompt. */
export function tokens(counts) {
  return (counts?.prompt_tokens ?? 0) + (counts?.output_tokens ?? 0) + (counts?.thought_tokens ?? 0);
}

/** Where a change went, and what the gateway has against it, for messages. */
export function savedTo({ saved, warnings }) {
  const places = {
    file: "Written to the configuration file.",
    store: "Kept in the gateway's store.",
    memory: "Kept until the gateway stops.",
  };
  return [places[saved] ?? "", ...(warnings ?? [])].join(" ");
}
