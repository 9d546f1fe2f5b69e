// The stream of events. Says whether the gateway is there: "connecting", "up" or "lost".
//
// The browser's own reconnecting tells neither a dead gateway from an ended session nor how often
// it tries, so that every loss is looked into here and the next try is counted down.

import { eventsUrl, session } from "./api.js";
import { gatewayTime } from "./format.js";

const TYPES = ["overview", "point", "keys", "requests", "config"];
const SILENCE_MS = 15_000;
const LONGEST_PAUSE_MS = 10_000;

const bus = new EventTarget();
let source = null;
let state = "off";
let lastHeard = 0;
let tries = 0;
let retryAt = 0;
let timer = null;
let watch = null;
let ended = () => {};

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
  watch = setInterval(checkSilence, 1000);
  connect();
}

export function stop() {
  clearTimeout(timer);
  clearInterval(watch);
  close();
  moveTo("off");
}

function close() {
  source?.close();
  source = null;
}

function connect() {
  close();
  if (state !== "lost") {
    moveTo("connecting");
  }
  lastHeard = Date.now();
  const stream = new EventSource(eventsUrl());
  source = stream;
  for (const type of TYPES) {
    stream.addEventListener(type, (event) => stream === source && heard(type, event.data));
  }
  stream.addEventListener("error", () => stream === source && lose());
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
  const wasLost = state === "lost";
  if (state !== "up") {
    tries = 0;
    moveTo("up");
  }
  tell(type, detail);
  if (wasLost) {
    tell("recovered");
  }
}

function checkSilence() {
  if (source && Date.now() - lastHeard > SILENCE_MS) {
    lose();
  } else if (state === "lost") {
    tell("state", liveState());
  }
}

function lose() {
  close();
  tries += 1;
  const pause = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** (tries - 1));
  retryAt = Date.now() + pause;
  moveTo("lost");
  clearTimeout(timer);
  timer = setTimeout(look, pause);
}

/** A refused stream looks like a dead gateway; the session's page tells them apart. */
async function look() {
  try {
    const found = await session();
    if (state === "off") {
      return;
    }
    if (found === null) {
      stop();
      ended();
      return;
    }
    connect();
  } catch {
    if (state !== "off") {
      lose();
    }
  }
}

/** Tries at once, without the rest of the pause. */
export function retryNow() {
  clearTimeout(timer);
  retryAt = Date.now();
  tell("state", liveState());
  look();
}

function moveTo(next) {
  state = next;
  tell("state", liveState());
}
