// The stream of events. Says how the page is fed: "connecting", "up", "lost" (the gateway does not
// answer), "crowded" (it answers, but has no stream left to give: the views ask now and then) or
// "resting" (nobody looks: a hidden page holds no stream, since a browser has six to a host).
//
// The browser's own reconnecting tells neither a dead gateway from an ended session nor how often
// it tries, so that every loss is looked into here and the next try is counted down.

import { eventsUrl, session, streamStatus } from "./api.js";
import { gatewayTime } from "./format.js";

const TYPES = ["overview", "point", "keys", "requests", "config"];
const SILENCE_MS = 15_000;
const LONGEST_PAUSE_MS = 10_000;
const CROWDED_PAUSE_MS = 10_000;

const bus = new EventTarget();
let source = null;
let state = "off";
let lastHeard = 0;
let tries = 0;
let retryAt = 0;
let timer = null;
let watch = null;
let missed = false;
let looking = 0;
let ended = () => {};

document.addEventListener("visibilitychange", () => {
  if (state === "off") {
    return;
  }
  document.hidden ? rest() : look();
});

/** Calls the listener with the data of each event of a type, until the signal aborts. */
export function on(type, listener, signal) {
  bus.addEventListener(type, (event) => listener(event.detail), { signal });
}

function tell(type, detail) {
  bus.dispatchEvent(new CustomEvent(type, { detail }));
}

export function liveState() {
  return { state, retryInSeconds: Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)) };
}

/** Begins to listen; whenEnded is called once the session is found to be over. */
export function start(whenEnded) {
  stop();
  ended = whenEnded;
  tries = 0;
  missed = false;
  watch = setInterval(checkSilence, 1000);
  document.hidden ? rest() : connect();
}

export function stop() {
  clearTimeout(timer);
  clearInterval(watch);
  close();
  moveTo("off");
}

function close() {
  looking += 1;
  source?.close();
  source = null;
}

function rest() {
  clearTimeout(timer);
  close();
  missed = true;
  moveTo("resting");
}

function connect() {
  close();
  if (state !== "lost" && state !== "crowded") {
    moveTo("connecting");
  }
  lastHeard = Date.now();
  const stream = new EventSource(eventsUrl());
  source = stream;
  for (const type of TYPES) {
    stream.addEventListener(type, (event) => stream === source && heard(type, event.data));
  }
  stream.addEventListener("error", () => stream === source && refused());
}

function heard(type, data) {
  lastHeard = Date.now();
  let detail;
  try {
    detail = JSON.parse(data);
  } catch {
    return;
  }
  if (type === "overview") {
    gatewayTime(detail.now);
  }
  if (state !== "up") {
    tries = 0;
    moveTo("up");
  }
  tell(type, detail);
  if (missed) {
    missed = false;
    tell("recovered");
  }
}

function checkSilence() {
  const fed = state === "up" || state === "connecting";
  if ((fed || source) && Date.now() - lastHeard > SILENCE_MS) {
    lose();
  } else if (state === "lost" || state === "crowded") {
    tell("state", liveState());
  }
}

function lose() {
  tries += 1;
  pauseIn("lost", Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** (tries - 1)));
}

function pauseIn(next, pause) {
  close();
  missed = true;
  retryAt = Date.now() + pause;
  moveTo(next);
  clearTimeout(timer);
  timer = setTimeout(look, pause);
}

/** A stream that ends or is refused says no more than that; asking once tells which it is. */
async function refused() {
  close();
  const mine = looking;
  const status = await streamStatus();
  if (mine !== looking || state === "off") {
    return;
  }
  if (status === 401) {
    look();
  } else if (status === 503) {
    pauseIn("crowded", CROWDED_PAUSE_MS);
    tell("recovered");
  } else {
    lose();
  }
}

/** Whether there still is a session, before a stream is asked for that would be refused without one. */
async function look() {
  clearTimeout(timer);
  close();
  const mine = looking;
  try {
    const found = await session();
    if (mine !== looking) {
      return;
    }
    if (found === null) {
      stop();
      ended();
      return;
    }
    connect();
  } catch {
    if (mine === looking) {
      lose();
    }
  }
}

/** Tries at once, without the rest of the pause. */
export function retryNow() {
  retryAt = Date.now();
  tell("state", liveState());
  look();
}

function moveTo(next) {
  state = next;
  tell("state", liveState());
}
