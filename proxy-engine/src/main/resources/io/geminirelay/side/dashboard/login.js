// The login page: a wrong token, and the time left where an address is locked out.

import { login } from "./api.js";
import { busy } from "./dialogs.js";
import { byId, setText } from "./dom.js";
import { duration } from "./format.js";

const NOTE = "Enter the admin token of this gateway.";

let entered = () => {};
let lockedUntil = 0;
let timer = null;
let ready = false;

/** Shows the page; whenIn is called once the gateway has taken a token. */
export function showLogin(whenIn, note = NOTE) {
  entered = whenIn;
  if (!ready) {
    ready = true;
    byId("login-form").addEventListener("submit", submit);
  }
  setText(byId("login-note"), note);
  setText(byId("login-error"), "");
  input().removeAttribute("aria-invalid");
  byId("login").hidden = false;
  document.title = "Log in · gemini-relay";
  byId("login-token").focus();
}

export function hideLogin() {
  byId("login").hidden = true;
  byId("login-token").value = "";
}

async function submit(event) {
  event.preventDefault();
  const input = byId("login-token");
  const button = byId("login-submit");
  if (Date.now() < lockedUntil) {
    return;
  }
  busy(button, true);
  setText(byId("login-error"), "");
  try {
    await login(input.value);
    entered();
  } catch (error) {
    refuse(error);
    input.select();
    input.focus();
  } finally {
    busy(button, false);
  }
}

function refuse(error) {
  input().setAttribute("aria-invalid", "true");
  if (error.status === 401) {
    setText(byId("login-error"), "This is not the admin token.");
  } else if (error.status === 429) {
    lockOut(error.retryAfter ?? 60);
  } else {
    setText(byId("login-error"), error.message);
  }
}

function input() {
  return byId("login-token");
}

/** The time left is read aloud once; the numbers that run down stand in the button. */
function lockOut(seconds) {
  lockedUntil = Date.now() + seconds * 1000;
  const text = `Too many wrong tokens from your address. Try again in ${duration(seconds)}.`;
  setText(byId("login-error"), text);
  clearInterval(timer);
  timer = setInterval(paintLock, 1000);
  paintLock();
}

function paintLock() {
  const button = byId("login-submit");
  const left = Math.ceil((lockedUntil - Date.now()) / 1000);
  if (left > 0) {
    button.disabled = true;
    setText(button, `Locked for ${duration(left)}`);
    return;
  }
  clearInterval(timer);
  button.disabled = false;
  setText(button, "Log in");
  setText(byId("login-error"), "You may try again.");
  input().removeAttribute("aria-invalid");
}
