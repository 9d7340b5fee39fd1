/** What is heard, what is not, how many takes, and the button that makes them. */

import { h } from "./dom";
import { type Doc, type Option, type Scales, clamp, readSeed } from "./model";
import { notYet } from "./order";
import type { Store, Work } from "./store";

const OPTION_NAMES: [Option, string, string][] = [
  ["stems", "Stems", "A sound for every source and cue, and the ambience apart; takes longer."],
  ["pan", "Stereo: each hit where it is seen", "Two channels."],
  ["cuts", "No sound runs over a cut", "Windows and tails end where the shot does."],
  ["bwf", "Broadcast Wave with timecode and markers", "The sound alone, for editors."],
  ["provenance", "A file that tells how it was made", "Words, seed, versions and checksums as JSON."],
];

const SCALES: [keyof Scales, string, string, number][] = [
  ["num_inference_steps", "Steps", "Sampler steps; more is slower.", 1],
  ["text_scale", "Text", "How closely to follow the words.", 0.5],
  ["negative_scale", "Not wanted", "How far to keep from what is not wanted.", 0.5],
  ["video_scale", "Picture", "How closely to follow the picture.", 0.5],
  ["align_scale", "Align", "How hard to pull onsets to what is seen.", 0.5],
];

interface WorkLine {
  element: HTMLElement;
  text: HTMLElement;
  bar: HTMLProgressElement;
}

function nameOf(work: Work): string {
  return work.redo ? "Redoing the stretch" : "Making sound";
}

export class WordsPanel {
  readonly element: HTMLElement;
  readonly prompt: HTMLTextAreaElement;
  private readonly negative: HTMLInputElement;
  private readonly seed: HTMLInputElement;
  private readonly takes: HTMLInputElement;
  private readonly refine = h("input", { type: "checkbox" });
  private readonly original = h("select", {});
  private readonly loudness = h("select", {});
  private readonly options = new Map<Option, { input: HTMLInputElement; line: HTMLElement }>();
  private readonly scales = new Map<keyof Scales, HTMLInputElement>();
  private readonly make = h("button", { type: "button", class: "primary" }, "Make sound");
  private readonly note = h("p", { class: "note" });
  private readonly works = h("div", { class: "works" });
  private readonly lines = new Map<string, WorkLine>();

  constructor(private readonly store: Store) {
    this.prompt = h("textarea", { rows: 2, maxLength: 1000, placeholder: "a wooden door knock", spellcheck: true });
    this.negative = h("input", { type: "text", maxLength: 1000, placeholder: "music, speech" });
    this.seed = h("input", { type: "text", inputMode: "numeric", class: "short" });
    this.takes = h("input", { type: "number", min: "1", max: "16", class: "short" });
    this.field(this.prompt, "prompt", (value) => ({ prompt: value }));
    this.field(this.negative, "negative", (value) => ({ negative: value }));
    this.seed.addEventListener("change", () => this.edit({ seed: readSeed(this.seed.value) }));
    this.takes.addEventListener("change", () => {
      const most = store.facts?.limits.takes ?? 16;
      this.edit({ takes: clamp(Math.round(Number(this.takes.value)) || 1, 1, most) });
    });
    this.refine.addEventListener("change", () => this.edit({ refine: this.refine.checked }));
    for (const [value, text] of [["replace", "is replaced"], ["mix", "is mixed with it"], ["keep", "lies beside it"]])
      this.original.append(h("option", { value }, text));
    this.original.addEventListener("change", () => this.edit({ original: this.original.value as Doc["original"] }));
    for (const [value, text] of [["-23", "−23 LUFS (broadcast)"], ["-18", "−18 LUFS"], ["-16", "−16 LUFS (podcast)"], ["-14", "−14 LUFS (streaming)"], ["none", "as it was made"]])
      this.loudness.append(h("option", { value }, text));
    this.loudness.addEventListener("change", () =>
      this.edit({ loudness: this.loudness.value === "none" ? null : Number(this.loudness.value) }),
    );
    this.make.addEventListener("click", () => void store.make());
    this.element = h(
      "section",
      { class: "panel", "aria-label": "Words" },
      h("label", { class: "field" }, h("span", {}, "What is heard"), this.prompt),
      h("label", { class: "field" }, h("span", {}, "What is not"), this.negative),
      h("div", { class: "line" }, h("label", { class: "inline" }, "Takes", this.takes), h("label", { class: "inline" }, "Seed", this.seed), this.option("stems")),
      this.make,
      this.note,
      this.works,
      this.more(),
    );
    store.addEventListener("change", () => this.draw());
    store.addEventListener("progress", () => this.drawWorks());
  }

  private more(): HTMLElement {
    const grid = h("div", { class: "grid" });
    for (const [name, label, title, step] of SCALES) {
      const input = h("input", { type: "number", step: String(step), class: "short", title });
      input.addEventListener("change", () => {
        const value = input.value.trim() === "" ? null : Number(input.value);
        this.edit({ scales: { ...this.store.doc.scales, [name]: Number.isFinite(value) ? value : null } });
      });
      this.scales.set(name, input);
      grid.append(h("label", { class: "inline" }, label, input));
    }
    return h(
      "details",
      {},
      h("summary", {}, "How it is made"),
      grid,
      h("label", { class: "inline wide" }, "Loudness", this.loudness),
      h("label", { class: "inline wide" }, "The clip's own sound", this.original),
      h("label", { class: "check" }, this.refine, "Bring the words to the captions' style"),
      ...OPTION_NAMES.slice(1).map(([name]) => this.option(name)),
    );
  }

  private option(name: Option): HTMLElement {
    const [, label, title] = OPTION_NAMES.find((each) => each[0] === name) ?? [name, name, ""];
    const input = h("input", { type: "checkbox" });
    input.addEventListener("change", () => {
      const others = this.store.doc.options.filter((each) => each !== name);
      this.edit({ options: input.checked ? [...others, name] : others });
    });
    const line = h("label", { class: "check", title }, input, label);
    this.options.set(name, { input, line });
    return line;
  }

  private field(input: HTMLTextAreaElement | HTMLInputElement, key: string, change: (value: string) => Partial<Doc>): void {
    input.addEventListener("input", () => this.edit(change(input.value), key));
  }

  private edit(change: Partial<Doc>, key = ""): void {
    this.store.edit({ ...this.store.doc, ...change }, key);
  }

  private draw(): void {
    const { doc, facts, clip } = this.store;
    const put = (input: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string) => {
      if (input.value !== value) input.value = value;
    };
    put(this.prompt, doc.prompt);
    put(this.negative, doc.negative);
    if (document.activeElement !== this.seed) put(this.seed, doc.seed);
    if (document.activeElement !== this.takes) put(this.takes, String(doc.takes));
    put(this.original, doc.original);
    put(this.loudness, doc.loudness === null ? "none" : String(doc.loudness));
    this.original.disabled = !clip?.has_sound;
    this.refine.checked = doc.refine;
    for (const [name, { input, line }] of this.options) {
      input.checked = doc.options.includes(name);
      line.hidden = !this.store.abilities.has(name);
    }
    for (const [name, input] of this.scales) {
      const value = doc.scales[name];
      if (document.activeElement !== input) put(input, value === null ? "" : String(value));
      input.placeholder = String(facts?.settings[name] ?? "");
    }
    this.note.textContent = notYet(doc) ?? "";
    this.drawWorks();
  }

  /** A line for each work, the same element as long as it lasts: a click needs its button to stay. */
  private drawWorks(): void {
    const { work } = this.store;
    for (const [id, line] of this.lines)
      if (!work.has(id)) {
        line.element.remove();
        this.lines.delete(id);
      }
    for (const each of work.values()) {
      let line = this.lines.get(each.id);
      if (!line) {
        line = this.workLine(each);
        this.lines.set(each.id, line);
        this.works.append(line.element);
      }
      const name = nameOf(each);
      line.text.textContent = each.ahead ? `${name}: ${each.ahead} before it` : each.total ? `${name}: ${Math.round((100 * each.done) / each.total)} %` : `${name} …`;
      line.bar.max = Math.max(1, each.total);
      if (each.total) line.bar.value = each.done;
    }
  }

  private workLine(work: Work): WorkLine {
    const text = h("span", {});
    const bar = h("progress", { "aria-label": nameOf(work) });
    const leave = h("button", { type: "button", class: "small", onClick: () => void this.store.cancel(work.id) }, "Leave");
    return { element: h("div", { class: "work" }, text, bar, leave), text, bar };
  }
}
