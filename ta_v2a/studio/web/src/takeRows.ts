/** Rows of the takes: which one is heard, its waveform and spectrogram, its stems with mute and solo. */

import * as api from "./api";
import { fill, h } from "./dom";
import type { Store } from "./store";
import { TakeView } from "./takeView";
import type { Take } from "./takes";
import { colorsOf } from "./theme";

interface Row {
  readonly element: HTMLElement;
  readonly view: TakeView;
  readonly choose: HTMLButtonElement;
  readonly facts: HTMLElement;
  readonly stems: HTMLElement;
  exact: AudioBuffer | null;
}

export class TakeRows {
  readonly element = h("div", { class: "takes" });
  private readonly rows = new Map<string, Row>();
  private readonly stems = new Map<string, { element: HTMLElement; view: TakeView; exact: AudioBuffer | null }>();
  private readonly buttons: (() => void)[] = [];
  private readonly note = h("p", { class: "note" });

  constructor(
    private readonly store: Store,
    private readonly seek: (time: number) => void,
  ) {}

  clear(): void {
    for (const row of this.rows.values()) row.view.destroy();
    for (const stem of this.stems.values()) stem.view.destroy();
    this.rows.clear();
    this.stems.clear();
    this.buttons.length = 0;
    this.element.replaceChildren();
  }

  /** Mute and solo of a track. */
  stripButtons(key: string, name: string): HTMLElement[] {
    const { store } = this;
    const mute = h("button", { type: "button", class: "strip mute", "aria-label": `Mute ${name}`, title: `Mute ${name}` }, "M");
    const solo = h("button", { type: "button", class: "strip solo", "aria-label": `Solo ${name}`, title: `Solo ${name}` }, "S");
    mute.addEventListener("click", () => store.setStrip(key, { muted: !store.strip(key).muted }));
    solo.addEventListener("click", () => store.setStrip(key, { solo: !store.strip(key).solo, muted: false }));
    const show = () => {
      mute.setAttribute("aria-pressed", String(store.strip(key).muted));
      solo.setAttribute("aria-pressed", String(store.strip(key).solo));
    };
    this.buttons.push(show);
    show();
    return [mute, solo];
  }

  paint(): void {
    const { wave, stretch } = colorsOf();
    for (const row of [...this.rows.values(), ...this.stems.values()]) row.view.paint({ wave, stretch });
  }

  draw(): void {
    const { store } = this;
    const blind = store.trial !== null && !store.trial.shown;
    this.element.classList.toggle("blinded", blind);
    this.element.inert = blind;
    for (const show of this.buttons) show();
    for (const take of store.takes) if (!this.rows.has(take.key)) this.begin(take);
    for (const take of store.takes) this.drawRow(take);
    const empty = store.takes.length === 0;
    this.note.textContent = blind
      ? "Takes are hidden while the trial is blind."
      : empty
        ? "No takes yet: say what is heard, then make the sound."
        : "";
    if (this.note.textContent && !this.note.isConnected) this.element.prepend(this.note);
    if (!this.note.textContent) this.note.remove();
  }

  private begin(take: Take): void {
    const { store } = this;
    const lane = h("div", { class: "lane" });
    const choose = h("button", {
      type: "button",
      class: "letter",
      title: `Listen to take ${take.letter}`,
      "aria-label": `Listen to take ${take.letter}`,
      onClick: () => store.choose(take.key),
    }, take.letter);
    const facts = h("span", { class: "gutter-name" });
    const stems = h("div", { class: "stems" });
    const element = h(
      "div",
      { class: "take", role: "group", "aria-label": `Take ${take.letter}` },
      h("div", { class: "row take-row" }, h("div", { class: "gutter" }, choose, facts), lane),
      stems,
    );
    this.element.append(element);
    const { wave, stretch } = colorsOf();
    const duration = store.clip?.duration_s ?? 1;
    const view = new TakeView(
      lane,
      duration,
      { wave, stretch },
      {
        clicked: (time) => {
          if (store.chosen !== take.key) store.choose(take.key);
          this.seek(time);
        },
        marked: (mark) => {
          if (store.chosen !== take.key) store.choose(take.key);
          store.setMark(mark && { take: take.key, ...mark });
        },
      },
      store.abilities.has("redo"),
    );
    this.rows.set(take.key, { element, view, choose, facts, stems, exact: null });
    void api.takeOutline(take.jobId, take.number, 4000).then((outline) => view.outline(outline)).catch(() => undefined);
    for (const stem of take.stems) this.beginStem(stem.key, stem.name, stems, duration);
  }

  private beginStem(key: string, name: string, place: HTMLElement, duration: number): void {
    const lane = h("div", { class: "lane" });
    const { wave, stretch } = colorsOf();
    const element = h(
      "div",
      { class: "row stem-row", role: "group", "aria-label": `Stem ${name}` },
      h("div", { class: "gutter" }, h("span", { class: "gutter-name", title: name }, name), ...this.stripButtons(key, name)),
      lane,
    );
    place.append(element);
    const view = new TakeView(lane, duration, { wave, stretch }, { clicked: (time) => this.seek(time), marked: () => undefined }, false, 26);
    this.stems.set(key, { element, view, exact: null });
  }

  private drawRow(take: Take): void {
    const { store } = this;
    const row = this.rows.get(take.key);
    if (!row) return;
    const chosen = store.chosen === take.key;
    row.choose.setAttribute("aria-pressed", String(chosen));
    row.element.classList.toggle("chosen", chosen);
    const loud = take.lufs === null ? "silence" : `${take.lufs.toFixed(1)} LUFS`;
    const score = take.score === null ? "" : ` · fits ${take.score.toFixed(2)}`;
    const part = take.redone ? ` · redone ${take.redone.start.toFixed(1)}–${take.redone.end.toFixed(1)} s` : "";
    fill(row.facts, h("span", { title: take.prompt }, take.prompt || "by the picture"), h("small", {}, `${loud}${score}${part}`));
    row.facts.title = `${take.prompt || "no words"}, seed ${take.seed}`;
    const buffer = store.buffers.get(take.key) ?? null;
    if (buffer && row.exact !== buffer) {
      row.exact = buffer;
      row.view.samples(buffer);
    }
    row.view.spectrogram(chosen);
    row.view.stretch(store.mark?.take === take.key ? store.mark : null);
    row.stems.hidden = !chosen;
    for (const stem of take.stems) {
      const shown = this.stems.get(stem.key);
      const sound = store.buffers.get(stem.key);
      if (shown && sound && shown.exact !== sound) {
        shown.exact = sound;
        shown.view.samples(sound);
      }
    }
  }
}
