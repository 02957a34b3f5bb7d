// The line above the composer that says what went wrong.

export class Notice {
  failure = "";
  refusal = "";

  constructor(line) {
    this.line = line;
  }

  /** Stands until the bot answers again. */
  fail(sentence) {
    this.failure = sentence;
    this.show();
  }

  /** Stands until another room is entered, however often the bot answers meanwhile. */
  refuse(sentence) {
    this.refusal = sentence;
    this.show();
  }

  show() {
    this.line.textContent = this.failure || this.refusal;
  }
}
