// Where one writes: sending, what waits to be sent, and what one wrote before.

import { newId } from "./api.js";
import { failureOf } from "./words.js";

const HISTORY = 50;
const HEIGHT_PIXELS = 160;

const span = (className, content) => {
  const part = document.createElement("span");
  part.className = className;
  part.textContent = content;
  return part;
};

export class Composer {
  /** `deliver` sends a message and shows what comes of it; `appended` is told that a line stands below the others. */
  constructor(form, text, log, { deliver, appended }) {
    Object.assign(this, { form, text, log, deliver, appended, said: [], recalled: 0 });
    form.addEventListener("submit", (event) => this.submit(event));
    text.addEventListener("keydown", (event) => this.key(event));
    text.addEventListener("input", () => {
      this.recalled = this.said.length;
      this.grow();
    });
  }

  begin(words, said, placeholder) {
    this.words = words;
    this.said = said.slice(-HISTORY);
    this.recalled = this.said.length;
    this.text.placeholder = placeholder;
    for (const line of this.log.querySelectorAll(".waiting")) line.remove();
  }

  submit(event) {
    event.preventDefault();
    const written = this.text.value.trim();
    if (!written) return;
    this.write("");
    this.said = [...this.said, written].slice(-HISTORY);
    this.recalled = this.said.length;
    this.send(this.deliver({ id: newId(), text: written }), written);
  }

  /** `attempt` may be called again and does nothing twice: the message keeps its id. */
  async send(attempt, written) {
    const line = this.waiting(written);
    try {
      await attempt();
      line.remove();
    } catch (failed) {
      line.classList.add("has-failed");
      line.querySelector(".state").textContent = failureOf(this.words, failed);
      line.querySelector(".state").setAttribute("role", "alert");
      const retry = () => {
        line.remove();
        this.send(attempt, written);
      };
      const discard = () => {
        line.remove();
        this.text.focus();
      };
      line.append(this.button(this.words.retry, retry), this.button(this.words.discard, discard));
    }
  }

  waiting(written) {
    const line = document.createElement("p");
    line.className = "waiting";
    line.append(span("said", written), span("state", this.words.sending));
    this.log.append(line);
    this.appended();
    return line;
  }

  button(label, press) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = label;
    button.addEventListener("click", press);
    return button;
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.form.requestSubmit();
    } else if (event.key === "ArrowUp") this.recall(event, -1);
    else if (event.key === "ArrowDown") this.recall(event, 1);
  }

  /** The arrows bring back earlier messages while nothing else is written. */
  recall(event, step) {
    const isRecalled = this.recalled < this.said.length && this.text.value === this.said[this.recalled];
    const next = this.recalled + step;
    if ((this.text.value && !isRecalled) || next < 0 || next > this.said.length) return;
    event.preventDefault();
    this.recalled = next;
    this.write(this.said[next] ?? "");
  }

  write(written) {
    this.text.value = written;
    this.grow();
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, HEIGHT_PIXELS)}px`;
  }
}
