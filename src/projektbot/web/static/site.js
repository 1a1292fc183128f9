// What script adds to pages that work without it: messages that come by themselves, sending without reload, one's place.
"use strict";

const main = document.querySelector("main[data-base]");
const problem = document.getElementById("problem");

function say(words) {
  if (problem) problem.textContent = words;
}

async function send(form, body) {
  const shown = main ? { "X-Chat": main.dataset.chat } : {}; // by now the browser may be in another chat
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-By-Script": "1", ...shown } });
  if (answer.ok) return answer.text();
  const plain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
  throw new Error(plain ? await answer.text() : main.dataset.failed);
}

// What names one doing: the page's own name, under which its forms do one thing without script, is not enough here.
function once() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function words(error) {
  return error instanceof TypeError ? main.dataset.failed : error.message; // TypeError: no connection
}

// ---- the conversation ----------------------------------------------------------------------------------------------

function number(line) {
  return Number(line.id.slice(1));
}

function place(list, line) {
  let before = list.lastElementChild;
  while (before && number(before) > number(line)) before = before.previousElementSibling;
  if (before) before.after(line);
  else list.prepend(line);
  line.classList.add("fresh");
}

function swap(old, line) {
  const token = old.contains(document.activeElement) && document.activeElement.value;
  old.replaceWith(line);
  if (token === false) return;
  const same = [...line.querySelectorAll("button")].find((button) => button.value === token);
  line.tabIndex = -1;
  (same || line).focus({ preventScroll: true }); // a keyboard must not be thrown back to the top
}

function isAtEnd() {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight < 240;
}

function toEnd() {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
}

function follow(line) {
  toEnd();
  const head = document.querySelector(".masthead, .tongues")?.offsetHeight || 0;
  const above = head - line.getBoundingClientRect().top;
  if (above > 0) scrollBy({ top: -above, behavior: "instant" }); // long ones from their beginning; a page around this one stays
}

function show(html, list) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // drawn and escaped by the server
  const line = holder.content.querySelector("li");
  if (!line) return;
  const stay = !isAtEnd();
  const old = document.getElementById(line.id);
  const lang = line.querySelector(".words[lang]")?.lang;
  if (!old && lang && lang !== main.dataset.locale) return location.reload(); // the page follows its chat's language
  if (old) swap(old, line);
  else place(list, line);
  const before = line.previousElementSibling;
  if (before && before.dataset.day === line.dataset.day) line.querySelector(".day")?.remove();
  if (line.classList.contains("ours")) document.getElementById("waiting").hidden = true;
  if (!old && (!stay || line.classList.contains("mine"))) follow(line);
}

// Only while the page is in front: a browser has six lines to a host for all of its tabs together.
function listen(list) {
  let cursor = main.dataset.cursor;
  let stream = null;
  const hang = () => {
    stream?.close();
    stream = null;
  };
  const call = () => {
    if (document.visibilityState === "hidden") return hang();
    if (stream) return;
    stream = new EventSource(`${main.dataset.base}/events?after=${cursor}&lang=${encodeURIComponent(main.dataset.locale)}`);
    stream.addEventListener("message", (event) => {
      cursor = event.lastEventId;
      if (event.data) show(event.data, list);
    });
  };
  call();
  document.addEventListener("visibilitychange", call);
  addEventListener("pagehide", hang);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

async function submit(form, body) {
  if (form.classList.contains("busy")) return false; // a second tap of an impatient thumb
  const waiting = document.getElementById("waiting");
  form.classList.add("busy");
  say("");
  const late = setTimeout(() => {
    waiting.hidden = false;
    if (isAtEnd()) toEnd();
  }, 400);
  try {
    await send(form, body);
    return true;
  } catch (error) {
    say(words(error));
    return false;
  } finally {
    clearTimeout(late);
    waiting.hidden = true;
    form.classList.remove("busy");
  }
}

function tap(event) {
  const form = event.target.closest("form.answers");
  if (!form) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  body.append("token", event.submitter.value);
  body.set("once", once());
  submit(form, body);
}

function fit(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

function prepareWords(form) {
  const field = form.querySelector("textarea");
  const lost = { text: "", once: "" }; // what did not seem to arrive: perhaps it did
  field.addEventListener("input", () => fit(field));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value;
    if (form.classList.contains("busy") || !text.trim()) return;
    const body = new URLSearchParams(new FormData(form));
    body.set("once", text === lost.text ? lost.once : once());
    field.value = "";
    fit(field);
    field.focus();
    lost.text = "";
    if (await submit(form, body)) return;
    Object.assign(lost, { text, once: body.get("once") });
    field.value = text + field.value; // nothing somebody wrote gets lost
    fit(field);
  });
}

function fold(more) {
  if (!more.open) return;
  more.open = false;
  more.querySelector("summary").focus();
}

function prepareFile(form, more) {
  const field = form.querySelector("input[type=file]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = field.files[0];
    if (file && file.size > 20_000_000) return say(main.dataset.heavy);
    const body = new FormData(form);
    body.set("once", once());
    const sent = submit(form, body);
    fold(more);
    if (await sent) form.reset();
  });
}

function preparePlace(button, more) {
  if (!navigator.geolocation || !isSecureContext) return;
  button.hidden = false;
  const form = { action: `${main.dataset.base}/place`, classList: button.classList };
  button.addEventListener("click", () => {
    const found = ({ coords }) => {
      fold(more);
      submit(form, new URLSearchParams({ lat: coords.latitude, lon: coords.longitude }));
    };
    navigator.geolocation.getCurrentPosition(found, () => say(main.dataset.lost), { timeout: 15_000 });
  });
}

function prepareChat() {
  const list = document.querySelector("#log ol");
  if (!list) return;
  const more = document.querySelector(".more");
  history.scrollRestoration = "manual"; // after a reload too the newest is looked at
  if (list.lastElementChild) follow(list.lastElementChild);
  listen(list);
  list.addEventListener("submit", tap);
  list.addEventListener("load", () => isAtEnd() && toEnd(), true); // a picture of unknown height
  prepareWords(document.querySelector("form.say"));
  prepareFile(more.querySelector("form"), more);
  preparePlace(more.querySelector("[data-place]"), more);
  addEventListener("keydown", (event) => event.key === "Escape" && document.querySelectorAll("details").forEach(fold));
}

// ---- the demo's clock ----------------------------------------------------------------------------------------------

function prepareClock(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams({ by: event.submitter.value });
    document.getElementById("clock").textContent = await send(form, body);
  });
}

if (main) prepareChat();
const clock = document.querySelector("form.clock");
if (clock) prepareClock(clock);
