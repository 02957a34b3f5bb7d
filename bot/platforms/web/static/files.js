// Files: chosen with the paper clip, dropped on the messages or pasted, and got from a card.

import { Failed, download, newId, roomPath, upload } from "./api.js";

const LIMIT_BYTES = 10 * 1024 * 1024;

export class Files {
  /** `visit` tells who looks at which room, `send` shows what waits to be sent, `refuse` says why nothing is. */
  constructor({ clip, input, zone, text }, { visit, send, refuse, messages }) {
    Object.assign(this, { clip, input, zone, visit, send, refuse, messages });
    clip.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.take(input.files);
      input.value = "";
      text.focus();
    });
    zone.addEventListener("dragover", (event) => this.over(event));
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(event.relatedTarget)) zone.classList.remove("takes-file");
    });
    zone.addEventListener("drop", (event) => this.drop(event));
    zone.addEventListener("click", (event) => {
      const link = event.target.closest("[data-file]");
      if (!link) return;
      event.preventDefault();
      this.get(link);
    });
    text.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      this.take(event.clipboardData.files);
    });
  }

  over(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.zone.classList.add("takes-file");
  }

  drop(event) {
    this.zone.classList.remove("takes-file");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    this.take(event.dataTransfer.files);
  }

  take(files) {
    const { person, room, isDirect } = this.visit();
    if (!isDirect) return this.refuse(new Failed("file_in_channel"));
    for (const file of files) this.send(attempt(file, person, room), file.name);
  }

  async get(link) {
    const { id } = link.closest(".message").dataset;
    this.messages.clear(id);
    try {
      await keep(link, this.visit().person);
    } catch (failed) {
      this.messages.fail(id, failed, () => this.get(link));
    }
  }
}

/** May be repeated: the file keeps its id. */
function attempt(file, person, room) {
  const query = { as: person, id: newId(), name: file.name };
  return async () => {
    if (file.size > LIMIT_BYTES) throw new Failed("file_too_large");
    await upload(roomPath(room, "files"), query, file);
  };
}

/** Have the browser keep a file that the bot has made. */
async function keep(link, person) {
  const content = await download(link.getAttribute("href"), { as: person });
  const address = URL.createObjectURL(content);
  const saved = document.createElement("a");
  saved.href = address;
  saved.download = link.download;
  saved.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
