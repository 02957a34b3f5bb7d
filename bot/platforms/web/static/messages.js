// The messages of one room: where each stands, what it looks like, and what is filled in on its card.

import { failureOf } from "./words.js";

const TOGETHER_MILLISECONDS = 5 * 60_000;
const KEPT = 300;

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

export function initials(name) {
  const parts = name.trim().split(/\s+/);
  const first = (part) => (part ? [...part][0] : "");
  return (first(parts[0]) + (parts.length > 1 ? first(parts.at(-1)) : "")).toUpperCase();
}

export function hueOf(name) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % 6;
}

/** What is filled in on a card, by the kinds that its inputs declare. */
export function filledIn(card) {
  const values = {};
  for (const input of card.querySelectorAll("[data-kind]")) {
    const { kind } = input.dataset;
    if (kind === "toggle") values[input.name] = input.checked;
    else if (kind === "many") {
      values[input.name] ??= [];
      if (input.checked) values[input.name].push(input.value);
    } else if (input.type === "radio" && !input.checked) continue;
    else if (input.value !== "") values[input.name] = kind === "number" ? input.valueAsNumber : input.value;
  }
  return values;
}

export class Messages {
  constructor(list, { say, dismiss, capture }) {
    this.list = list;
    this.say = say;
    this.dismiss = dismiss;
    this.capture = capture;
    this.shown = new Map();
  }

  begin(words, me) {
    this.words = words;
    // As times and dates stand on the cards.
    const locale = me.language === "en" ? "en-GB" : me.language;
    this.times = new Intl.DateTimeFormat(locale, { timeZone: me.zone, hour: "2-digit", minute: "2-digit" });
    this.days = new Intl.DateTimeFormat(locale, { timeZone: me.zone, weekday: "long", day: "numeric", month: "long" });
    this.dayKeys = new Intl.DateTimeFormat("sv", { timeZone: me.zone });
    this.shown.clear();
    this.list.replaceChildren();
  }

  get oldest() {
    return Math.min(...[...this.shown.values()].map((entry) => entry.message.seq));
  }

  get last() {
    return Math.max(0, ...[...this.shown.values()].map((entry) => entry.message.seq));
  }

  /** Show new messages and changed ones; tells which of them are new. */
  put(messages) {
    const fresh = [];
    for (const message of messages) {
      const entry = this.shown.get(message.id);
      if (entry) this.redraw(entry, message);
      else {
        fresh.push(message);
        this.insert(message);
      }
    }
    this.arrange();
    return fresh;
  }

  /** Forget what is far up, so that a window that stays open for days stays light; tells whether anything went. */
  trim() {
    const old = [...this.shown.values()].sort((a, b) => b.message.seq - a.message.seq).slice(KEPT);
    for (const entry of old) this.take(entry.message.id);
    return old.length > 0;
  }

  take(id) {
    this.shown.get(id)?.node.remove();
    this.shown.delete(id);
    this.arrange();
  }

  insert(message) {
    const entry = { message, node: this.node(message) };
    this.shown.set(message.id, entry);
    const before = [...this.shown.values()]
      .filter((other) => other !== entry && this.compare(other.message, message) > 0)
      .sort((a, b) => this.compare(a.message, b.message))[0];
    this.list.insertBefore(entry.node, before?.node ?? null);
  }

  /** A private answer stands below what it answers; everything else in the order of appearance. */
  compare(a, b) {
    const place = (message) => this.shown.get(message.below)?.message.seq ?? message.seq;
    return place(a) - place(b) || a.seq - b.seq;
  }

  node(message) {
    const node = element("li", "message");
    node.dataset.id = message.id;
    node.classList.toggle("mine", message.mine);
    node.classList.toggle("private", message.private);
    const avatar = element("span", message.bot ? "avatar bot" : `avatar hue-${hueOf(message.author)}`);
    avatar.textContent = message.bot ? "K" : initials(message.author);
    avatar.setAttribute("aria-hidden", "true");
    const content = element("div", "content");
    const head = element("p", "message-head");
    const time = element("time", "", this.times.format(new Date(message.at)));
    time.dateTime = message.at;
    head.append(element("span", "author", message.author), time);
    content.append(head);
    if (message.private) content.append(this.notice(message));
    content.append(this.body(message));
    if (!message.bot && !message.html) content.append(this.menu(message));
    node.append(avatar, content);
    return node;
  }

  notice(message) {
    const notice = element("p", "only-you");
    const button = element("button", "quiet", this.words.dismiss);
    button.type = "button";
    button.addEventListener("click", () => this.dismiss(message.id));
    notice.append(element("span", "", this.words.onlyYou), button);
    return notice;
  }

  /** What can be done with somebody's message; seen while the pointer or the keyboard is on it. */
  menu(message) {
    const button = element("button", "quiet message-menu", this.words.capture);
    button.type = "button";
    button.addEventListener("click", () => this.capture(message.id, button));
    return button;
  }

  body(message) {
    if (!message.html) return element("p", "said", message.text);
    const body = element("div", "drawn");
    body.innerHTML = message.html;
    return body;
  }

  redraw(entry, message) {
    const changed = entry.message.html !== message.html;
    const isNews = entry.message.plain !== message.plain;
    entry.message = message;
    if (!changed || !message.html) return;
    const drawn = entry.node.querySelector(".drawn");
    const keep = remembered(drawn);
    drawn.innerHTML = message.html;
    keep(drawn);
    this.clear(message.id);
    if (isNews) this.say(message.plain);
  }

  /** Days between the messages; author and time only where a new voice begins. */
  arrange() {
    for (const day of this.list.querySelectorAll(".day")) day.remove();
    let before = null;
    for (const node of [...this.list.children]) {
      const { message } = this.shown.get(node.dataset.id) ?? {};
      if (!message) continue;
      const at = new Date(message.at);
      const sameDay = before && this.dayKeys.format(at) === this.dayKeys.format(new Date(before.at));
      if (!sameDay && !message.below) node.before(this.day(at));
      const goesOn = sameDay && message.author === before.author && !message.private && !before.private;
      node.classList.toggle("goes-on", Boolean(goesOn && at - new Date(before.at) < TOGETHER_MILLISECONDS));
      before = message;
    }
  }

  day(at) {
    const key = this.dayKeys.format(at);
    const today = new Date();
    const yesterday = new Date(today.getTime() - 86_400_000);
    const near = { [this.dayKeys.format(yesterday)]: this.words.yesterday, [this.dayKeys.format(today)]: this.words.today };
    const day = element("li", "day");
    day.append(element("span", "", near[key] ?? this.days.format(at)));
    return day;
  }

  /** Say below a message that something did not work, and offer to try again. */
  fail(id, failed, retry) {
    this.clear(id);
    const node = this.shown.get(id)?.node;
    if (!node) return;
    const line = element("p", "failed");
    line.setAttribute("role", "alert");
    line.append(element("span", "", failureOf(this.words, failed)));
    const button = element("button", "quiet", this.words.retry);
    button.type = "button";
    button.addEventListener("click", retry);
    line.append(button);
    node.querySelector(".content").append(line);
  }

  clear(id) {
    this.shown.get(id)?.node.querySelector(".failed")?.remove();
  }
}

/** What a person has filled in, unfolded and focused on a card, to be put back when the card is drawn anew. */
function remembered(drawn) {
  const inputs = [...drawn.querySelectorAll("[data-kind]")].filter(isTouched);
  const values = inputs.map(({ name, type, value, checked }) => ({ name, type, value, checked }));
  const active = drawn.contains(document.activeElement) ? document.activeElement : null;
  const wasOpen = drawn.querySelector(".more")?.open;
  return (again) => {
    for (const input of again.querySelectorAll("[data-kind]")) {
      const isBox = input.type === "checkbox" || input.type === "radio";
      const known = values.find((one) => one.name === input.name && (!isBox || one.value === input.value));
      if (!known) continue;
      if (isBox) input.checked = known.checked;
      else input.value = known.value;
    }
    const more = again.querySelector(".more");
    if (more && wasOpen && active) more.open = true;
    if (active) focusLike(again, active);
  };
}

function isTouched(input) {
  if (input.type === "checkbox" || input.type === "radio") return input.checked !== input.defaultChecked;
  if (input.options) return [...input.options].some((option) => option.selected !== option.defaultSelected);
  return input.value !== input.defaultValue;
}

/** The same input or button; a button that has made place for a form leads to the form's first input. */
function focusLike(again, active) {
  const isInput = Boolean(active.name);
  const selector = isInput ? `[name="${CSS.escape(active.name)}"]` : `[data-cmd="${CSS.escape(active.dataset.cmd ?? "")}"]`;
  const asked = isInput || active.hasAttribute("data-collects") ? null : again.querySelector(".card-form [data-kind]");
  const found = asked ?? again.querySelector(selector) ?? again.querySelector(".card");
  if (found.matches(".card")) found.tabIndex = -1;
  found.focus({ preventScroll: true });
}
