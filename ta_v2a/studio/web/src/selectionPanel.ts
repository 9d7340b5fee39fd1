/** What is selected on the timeline: a hit, a cue and its words, or a stretch of a take. */

import { fill, h, iconButton } from "./dom";
import type { Mark } from "./listening";
import { type Cue, type Onset, changeCue, clamp, moveOnset, removeCue, removeOnset } from "./model";
import type { Store } from "./store";
import { clock, readTime } from "./timecode";

export class SelectionPanel {
  readonly element = h("section", { class: "panel selection", "aria-label": "Selection" });
  private shown = "";
  private readonly inputs = new Map<string, HTMLInputElement>();

  constructor(private readonly store: Store) {
    store.addEventListener("change", () => this.draw());
    store.addEventListener("words", () => requestAnimationFrame(() => this.inputs.get("text")?.focus()));
    this.draw();
  }

  private get duration(): number {
    return this.store.clip?.duration_s ?? 1;
  }

  private draw(): void {
    const { selection, doc, mark } = this.store;
    const cue = selection?.kind === "cue" ? doc.cues.find((each) => each.id === selection.id) : undefined;
    const hit = selection?.kind === "onset" ? doc.onsets.find((each) => each.id === selection.id) : undefined;
    const key = cue ? `cue ${cue.id}` : hit ? `hit ${hit.id}` : mark ? `mark ${mark.take}` : doc.onsetsEdited ? "edited" : "none";
    if (key !== this.shown) {
      this.shown = key;
      this.inputs.clear();
      if (cue) this.showCue(cue);
      else if (hit) this.showHit(hit);
      else if (mark) this.showMark();
      else this.showNone();
    }
    if (cue) this.putCue(cue);
    if (hit) this.put("time", clock(hit.time));
    if (mark) this.putMark(mark);
  }

  private put(name: string, value: string): void {
    const input = this.inputs.get(name);
    if (input && input !== document.activeElement && input.value !== value) input.value = value;
  }

  private input(name: string, label: string, props: Record<string, unknown>, event: "input" | "change", told: (value: string) => void): HTMLElement {
    const input = h("input", { type: "text", ...props });
    input.addEventListener(event, () => told(input.value));
    input.addEventListener("keydown", (pressed) => {
      if (pressed.key === "Enter") {
        input.blur();
        this.store.dispatchEvent(new Event("back"));
      }
    });
    input.addEventListener("blur", () => this.draw());
    this.inputs.set(name, input);
    return h("label", { class: props.class === "short" ? "inline" : "field" }, h("span", {}, label), input);
  }

  private time(name: string, label: string, told: (time: number) => void): HTMLElement {
    return this.input(name, label, { class: "short", inputMode: "decimal" }, "change", (value) => {
      const time = readTime(value);
      if (time === null) this.store.say(`“${value}” is no time: write 3.2 or 0:03.20`, true);
      else told(time);
    });
  }

  private heading(text: string, remove: (() => void) | null): HTMLElement {
    return h("div", { class: "line" }, h("h2", {}, text), h("span", { class: "grow" }), remove && iconButton("bin", `Delete ${text.toLowerCase()}`, remove, "Delete"));
  }

  private showCue(cue: Cue): void {
    const { store } = this;
    const change = (what: Partial<Cue>, key = "") => store.edit(changeCue(store.doc, cue.id, what, this.duration), key);
    fill(
      this.element,
      this.heading("Cue", () => this.remove()),
      this.input("text", "What is heard here", { maxLength: 1000, placeholder: "glass breaking" }, "input", (text) => change({ text }, `${cue.id} text`)),
      this.input("negative", "What is not", { maxLength: 1000 }, "input", (negative) => change({ negative }, `${cue.id} negative`)),
      h(
        "div",
        { class: "line" },
        this.time("start", "From", (start) => change({ start })),
        this.time("end", "To", (end) => change({ end })),
        this.input("strength", "Strength", { class: "short", type: "number", min: "0.1", max: "2", step: "0.1" }, "change", (value) =>
          change({ strength: clamp(Number(value) || 1, 0.1, 2) }),
        ),
      ),
    );
  }

  private putCue(cue: Cue): void {
    this.put("text", cue.text);
    this.put("negative", cue.negative);
    this.put("start", clock(cue.start));
    this.put("end", clock(cue.end));
    this.put("strength", String(cue.strength));
  }

  private showHit(hit: Onset): void {
    const sure = hit.sureness < 1 ? `Seen in the picture, ${Math.round(hit.sureness * 100)} % sure` : "Set by hand";
    fill(
      this.element,
      this.heading("Hit", () => this.remove()),
      h("div", { class: "line" }, this.time("time", "At", (time) => this.store.edit(moveOnset(this.store.doc, hit.id, time, this.duration)))),
      h("p", { class: "note" }, hit.label ? `${sure}; looks like ${hit.label}.` : `${sure}.`),
    );
  }

  private showMark(): void {
    const { store } = this;
    const set = (change: Partial<Mark>) => {
      const { mark } = store;
      if (!mark) return;
      const next = { ...mark, ...change };
      store.setMark({ ...next, start: clamp(Math.min(next.start, next.end), 0, this.duration), end: clamp(Math.max(next.start, next.end), 0, this.duration) });
    };
    fill(
      this.element,
      this.heading(`Stretch of take ${store.take?.letter ?? ""}`, null),
      h("div", { class: "line" }, this.time("start", "From", (start) => set({ start })), this.time("end", "To", (end) => set({ end }))),
      h("div", { class: "line" }, h("button", { type: "button", class: "primary", onClick: () => void store.make(true) }, "Redo this stretch")),
      h("p", { class: "note" }, "The rest stays as it is, sample for sample. The words and cues are those of now."),
    );
  }

  private putMark(mark: Mark): void {
    this.put("start", clock(mark.start));
    this.put("end", clock(mark.end));
  }

  private showNone(): void {
    const { store } = this;
    fill(
      this.element,
      h("p", { class: "note" }, "Drag in the cue lane to draw a cue. Drag a hit to move it; double-click its lane to add one."),
      store.doc.onsetsEdited &&
        h("button", { type: "button", onClick: () => store.asSeen() }, "Take the hits as the picture shows them"),
    );
  }

  /** Deletes what is selected. */
  remove(): void {
    const { store } = this;
    const { selection, doc } = store;
    if (!selection) return;
    store.select(null);
    store.edit(selection.kind === "cue" ? removeCue(doc, selection.id) : removeOnset(doc, selection.id));
    store.say(selection.kind === "cue" ? "Cue deleted." : "Hit deleted.");
  }
}
