// The list on the left: as whom one looks, and where one may write.

import { wordsOf } from "./words.js";

/** The switch of person, by firm. */
export function peopleOptions(people, current) {
  const firms = [...new Set(people.map((person) => person.firm))];
  return firms.map((firm) => {
    const group = document.createElement("optgroup");
    group.label = firm || wordsOf(current.language).noTeam;
    const inside = people.filter((person) => person.firm === firm);
    group.append(...inside.map((person) => new Option(person.name, person.id, false, person.id === current.id)));
    return group;
  });
}

export const isDirect = (room) => room.kind === "personal";

export const nameOf = (room, words) => (isDirect(room) ? words.bot : room.name);

const span = (className, content) => {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = content;
  return made;
};

export function roomEntry(room, { words, isOpen, enter }) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "room";
  button.dataset.room = room.id;
  const mark = span("room-mark", isDirect(room) ? "@" : "#");
  mark.setAttribute("aria-hidden", "true");
  button.append(mark, span("room-name", nameOf(room, words)));
  if (isOpen) button.setAttribute("aria-current", "page");
  else if (room.unread) button.append(unreadMark(room.unread, words));
  button.addEventListener("click", () => enter(room.id));
  item.append(button);
  return item;
}

function unreadMark(count, words) {
  const mark = span("unread", count > 99 ? "99+" : count);
  mark.setAttribute("aria-label", words.unread(count));
  mark.setAttribute("role", "img");
  return mark;
}
