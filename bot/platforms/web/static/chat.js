// The page: who looks, which room, what is written and clicked, and what the bot tells in between.

import { get, newId, post, remove, roomPath } from "./api.js";
import { Composer } from "./composer.js";
import { Files } from "./files.js";
import { Messages, filledIn } from "./messages.js";
import { Notice } from "./notice.js";
import { isDirect, nameOf, peopleOptions, roomEntry } from "./rooms.js";
import { failureOf, wordsOf } from "./words.js";

const byId = (id) => document.getElementById(id);
const REFRESH_MILLISECONDS = 60_000;
const RELISTEN_MILLISECONDS = 5000;
const NEAR_PIXELS = 120;

const log = byId("log");
const text = byId("text");
const narrow = matchMedia("(max-width: 640px)");
const address = new URLSearchParams(location.search);

let words = wordsOf(navigator.language.startsWith("de") ? "de" : "en");
let me = null;
let rooms = [];
let room = null;
let cursor = 0;

const notice = new Notice(byId("trouble"));
const messages = new Messages(byId("messages"), { say: announce, dismiss, capture });
const composer = new Composer(byId("composer"), text, log, { deliver, appended: toEnd });

new Files({ clip: byId("clip"), input: byId("file"), zone: log, text }, {
  visit: () => ({ person: me.id, room: room.id, isDirect: isDirect(room) }),
  send: (attempt, name) => composer.send(async () => { await attempt(); await sync(); }, name),
  refuse: (failed) => notice.refuse(failureOf(words, failed)),
  messages,
});

// ---- words ----

function speak() {
  document.documentElement.lang = me?.language ?? "en";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words[node.dataset.label]);
  for (const node of document.querySelectorAll("[data-title]")) node.title = words[node.dataset.title];
}

function announce(sentence) {
  const line = document.createElement("p");
  line.textContent = sentence;
  byId("said").append(line);
  while (byId("said").children.length > 5) byId("said").firstChild.remove();
}

// ---- people and rooms ----

async function begin() {
  speak();
  const { people } = await patiently(() => get("/chat/people"));
  const asked = people.find((person) => person.id === address.get("as"));
  const person = asked ?? people[0];
  if (!person) return;
  if (!asked) remember({ as: person.id });
  byId("person").replaceChildren(...peopleOptions(people, person));
  await patiently(() => loadRooms(person.id));
  const wanted = rooms.find((one) => one.id === address.get("room")) ?? rooms.find((one) => one.kind === "channel") ?? rooms[0];
  if (wanted) await patiently(() => enter(wanted.id));
  listen();
}

/** Tries until the bot answers, saying so; the pause grows up to ten seconds. */
async function patiently(attempt) {
  for (let pause = 1000; ; pause = Math.min(pause * 2, 10_000)) {
    try {
      const result = await attempt();
      notice.fail("");
      return result;
    } catch (failed) {
      notice.fail(failureOf(words, failed));
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function remember(change) {
  for (const [name, value] of Object.entries(change)) address.set(name, value);
  history.replaceState(null, "", `/?${address}`);
}

async function loadRooms(person = me.id) {
  const answer = await get("/chat/rooms", { as: person });
  const spoke = me?.language;
  me = answer.me;
  rooms = answer.rooms;
  words = wordsOf(me.language);
  speak();
  byId("role").textContent = me.role ? `${words[me.role]} · ${me.firm}` : words.noTeam;
  byId("second").href = `/?${new URLSearchParams({ as: me.id })}`;
  showRooms();
  if (room) showHead();
  // Another language was chosen: what stands here is drawn in it.
  if (spoke && spoke !== me.language && room) await reload();
}

function showRooms() {
  const focused = document.activeElement?.dataset?.room;
  const entry = (one) => roomEntry(one, { words, isOpen: one.id === room?.id, enter: go });
  byId("channels").replaceChildren(...rooms.filter((one) => !isDirect(one)).map(entry));
  byId("direct").replaceChildren(...rooms.filter(isDirect).map(entry));
  if (focused) document.querySelector(`[data-room="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  const unread = rooms.reduce((sum, one) => sum + (one.id === room?.id ? 0 : one.unread), 0);
  document.title = `${unread ? `(${unread}) ` : ""}${room ? `${nameOf(room, words)} – ` : ""}Kollega`;
}

const go = (id) => enter(id).then(() => text.focus(), (failed) => notice.fail(failureOf(words, failed)));

async function enter(id) {
  room = rooms.find((one) => one.id === id);
  notice.refuse("");
  remember({ room: id });
  unfold(false);
  showHead();
  await reload();
  showRooms();
}

function showHead() {
  room = rooms.find((one) => one.id === room.id) ?? room;
  byId("title").textContent = nameOf(room, words);
  byId("clip").hidden = !isDirect(room);
  byId("title").className = isDirect(room) ? "" : "is-channel";
  const others = room.people.filter((name) => name !== me.name);
  byId("inside").textContent = isDirect(room) || !others.length ? words.justYou : words.people(others.join(", "));
  byId("text-label").textContent = placeholder();
}

const placeholder = () => words.placeholder(isDirect(room) ? "" : room.name);

// ---- messages ----

async function reload() {
  const { id } = room;
  const answer = await get(roomPath(id, "messages"), { as: me.id });
  if (room.id !== id) return;
  messages.begin(words, me);
  show(answer);
  const said = answer.messages.filter((message) => message.mine).map((message) => message.text);
  composer.begin(words, said, placeholder());
  toEnd();
  await markRead();
}

function show(answer) {
  cursor = answer.cursor;
  byId("earlier").hidden = !answer.more;
  messages.put(answer.messages);
  byId("nothing").hidden = messages.shown.size > 0;
}

let syncing = null;
let again = false;

/** Fetch what changed since the last look; calls that come meanwhile are one more look. */
function sync() {
  again = true;
  syncing ??= syncUntilCalm();
  return syncing;
}

async function syncUntilCalm() {
  try {
    while (again && room) {
      again = false;
      const { id } = room;
      const answer = await get(roomPath(id, "messages"), { as: me.id, since: cursor });
      if (room.id !== id) again = true;
      else if (answer.more) await reload();
      else take(answer);
    }
  } finally {
    syncing = null;
  }
}

function take(answer) {
  const wasNear = isNear();
  cursor = Math.max(cursor, answer.cursor);
  const fresh = messages.put(answer.messages);
  byId("nothing").hidden = messages.shown.size > 0;
  for (const message of fresh) if (!message.mine) announce(`${message.author}: ${message.plain ?? message.text}`);
  if (wasNear) {
    if (messages.trim()) byId("earlier").hidden = false;
    toEnd();
    if (fresh.length) reveal(fresh[0]);
  } else if (fresh.some((message) => !message.below)) byId("newest").hidden = false;
  const told = fresh.findLast((message) => message.bot && (message.private || isDirect(room)));
  if (told) attend(told);
  if (fresh.length) markRead().catch((failed) => notice.fail(failureOf(words, failed)));
}

/** Whole where it fits, else from its beginning. */
function reveal(message) {
  const { node } = messages.shown.get(message.id) ?? {};
  const fits = node?.offsetHeight <= log.clientHeight;
  node?.scrollIntoView({ block: fits ? "nearest" : "start" });
}

/** An answer to this person is seen, and where it asks for something, its first field is ready to be filled in. */
function attend(message) {
  if (message.private) reveal(message);
  const field = messages.shown.get(message.id)?.node.querySelector(".card-form [data-kind]");
  if (field && !text.value && !document.activeElement?.matches("[data-kind]")) field.focus({ preventScroll: true });
}

async function markRead() {
  if (!isVisible() || !room) return;
  await post(roomPath(room.id, "read"), { as: me.id, seq: messages.last });
}

const isNear = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PIXELS;

function toEnd() {
  log.scrollTop = log.scrollHeight;
  byId("newest").hidden = true;
}

async function dismiss(id) {
  try {
    await remove(roomPath(room.id, `messages/${encodeURIComponent(id)}`), { as: me.id });
    messages.take(id);
    text.focus();
  } catch (failed) {
    messages.fail(id, failed, () => dismiss(id));
  }
}

// ---- clicks on cards ----

byId("messages").addEventListener("click", (event) => {
  const button = event.target.closest("[data-cmd]");
  const card = button?.closest(".card");
  if (!card || card.dataset.busy) return;
  const collects = button.hasAttribute("data-collects");
  if (collects && !isComplete(card)) return;
  const args = { ...JSON.parse(button.dataset.args || "{}"), ...(collects ? filledIn(card) : {}) };
  const { id } = button.closest(".message").dataset;
  press(button, card, { as: me.id, id: newId(), message: id, command: button.dataset.cmd, args }, room.id);
});

function capture(id, button) {
  if (button.dataset.busy) return;
  press(button, button, { as: me.id, id: newId(), message: id, command: "lead.capture" }, room.id);
}

// A form without a submit button lets Enter do nothing once it has two fields.
byId("messages").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input[data-kind]")) return;
  event.preventDefault();
  event.target.closest(".card").querySelector("[data-collects]")?.click();
});

function isComplete(card) {
  const form = card.querySelector(".card-form");
  return !form || form.reportValidity();
}

async function press(button, card, body, roomId) {
  card.dataset.busy = "true";
  button.setAttribute("aria-busy", "true");
  messages.clear(body.message);
  const before = messages.shown.get(body.message)?.message.html;
  announce(words.working);
  try {
    await post(roomPath(roomId, "actions"), body);
    await sync();
    if (messages.shown.get(body.message)?.message.html !== before) reveal({ id: body.message });
  } catch (failed) {
    messages.fail(body.message, failed, () => press(button, card, body, roomId));
  } finally {
    delete card.dataset.busy;
    button.removeAttribute("aria-busy");
  }
}

// ---- writing ----

/** One message to the room that is open now; the returned attempt may be repeated. */
function deliver(message) {
  const path = roomPath(room.id, "messages");
  return async () => {
    await post(path, { as: me.id, ...message });
    await sync();
  };
}

// ---- the rest of the page ----

byId("person").addEventListener("change", (event) => location.assign(`/?${new URLSearchParams({ as: event.target.value })}`));
byId("newest").addEventListener("click", toEnd);
log.addEventListener("scroll", () => { if (isNear()) byId("newest").hidden = true; }, { passive: true });

byId("earlier").addEventListener("click", async () => {
  const height = log.scrollHeight - log.scrollTop;
  try {
    const answer = await get(roomPath(room.id, "messages"), { as: me.id, before: messages.oldest });
    show({ ...answer, cursor });
    log.scrollTop = log.scrollHeight - height;
  } catch (failed) {
    notice.fail(failureOf(words, failed));
  }
});

function unfold(open) {
  byId("side").classList.toggle("open", open);
  byId("menu").setAttribute("aria-expanded", String(open));
  // What lies under the list cannot be reached meanwhile.
  for (const covered of [log, byId("composer")]) covered.inert = open && narrow.matches;
}
byId("menu").addEventListener("click", () => {
  unfold(!byId("side").classList.contains("open"));
  if (byId("side").classList.contains("open")) byId("person").focus();
});
narrow.addEventListener("change", () => unfold(false));
byId("side").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !narrow.matches) return;
  unfold(false);
  byId("menu").focus();
});

function openFounding(open) {
  byId("found").hidden = !open;
  byId("found-open").setAttribute("aria-expanded", String(open));
  byId("found-wrong").textContent = "";
  byId(open ? "found-name" : "found-open").focus();
}
byId("found-open").addEventListener("click", () => openFounding(byId("found").hidden));
byId("found-cancel").addEventListener("click", () => openFounding(false));
byId("found").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = byId("found-name").value.trim();
  if (!name) return;
  try {
    const answer = await post("/chat/rooms", { as: me.id, id: newId(), name });
    byId("found").reset();
    openFounding(false);
    await loadRooms();
    await enter(answer.room);
    text.focus();
  } catch (failed) {
    byId("found-wrong").textContent = failureOf(words, failed);
  }
});

// ---- what the bot tells ----

const quietly = (task) => task().catch((failed) => notice.fail(failureOf(words, failed)));
const isVisible = () => document.visibilityState === "visible";

const catchUp = () => quietly(async () => {
  await loadRooms();
  await sync();
  await markRead();
  notice.fail("");
});

function listen() {
  const source = new EventSource(`/chat/events?${new URLSearchParams({ as: me.id })}`);
  source.addEventListener("resync", catchUp);
  source.addEventListener("rooms", () => quietly(() => loadRooms()));
  source.addEventListener("changed", (event) => {
    const here = JSON.parse(event.data).room === room?.id;
    quietly(here && isVisible() ? sync : () => loadRooms());
  });
  source.addEventListener("gone", (event) => {
    const gone = JSON.parse(event.data);
    if (gone.room === room?.id) messages.take(gone.message);
  });
  source.addEventListener("error", () => {
    notice.fail(words.offline);
    // A refused stream does not come again by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, RELISTEN_MILLISECONDS);
  });
}

document.addEventListener("visibilitychange", () => {
  if (me && isVisible()) catchUp();
});

// Times on cards move on; only what looks different is drawn anew.
setInterval(() => {
  if (!isVisible() || !room) return;
  const { id } = room;
  get(roomPath(id, "messages"), { as: me.id }).then(
    (answer) => { if (room.id === id) take(answer); },
    (failed) => notice.fail(failureOf(words, failed)),
  );
}, REFRESH_MILLISECONDS);

begin();
