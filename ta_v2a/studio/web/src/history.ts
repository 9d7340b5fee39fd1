/** Undo and redo over values that never change. */

export class History<Value> {
  private past: Value[] = [];
  private future: Value[] = [];
  private key = "";
  private at = Number.NEGATIVE_INFINITY;

  /**
   * @param now the value to begin with
   * @param longest steps that are kept
   * @param pauseMs edits of one key that follow each other within this are one step, as letters of a word are
   */
  constructor(
    private now: Value,
    private readonly longest = 500,
    private readonly pauseMs = 1200,
  ) {}

  get value(): Value {
    return this.now;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Takes a new value; nothing happens for the value that is there. */
  push(next: Value, key = "", atMs = Date.now()): void {
    if (next === this.now) return;
    const joined = key !== "" && key === this.key && atMs - this.at < this.pauseMs && this.past.length > 0;
    if (!joined) this.past = [...this.past, this.now].slice(-this.longest);
    this.future = [];
    this.now = next;
    this.key = key;
    this.at = atMs;
  }

  /** Takes a value without a step: what the machine found, not what a person did. */
  replace(next: Value): void {
    this.now = next;
  }

  undo(): Value {
    const last = this.past.pop();
    if (last !== undefined) {
      this.future.push(this.now);
      this.now = last;
      this.key = "";
    }
    return this.now;
  }

  redo(): Value {
    const next = this.future.pop();
    if (next !== undefined) {
      this.past.push(this.now);
      this.now = next;
      this.key = "";
    }
    return this.now;
  }
}
