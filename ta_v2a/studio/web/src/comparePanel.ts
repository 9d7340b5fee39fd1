/** Two takes against each other, at one loudness; with names, or blind. */

import { votesOf } from "./blind";
import { fill, h } from "./dom";
import type { Store } from "./store";

export class ComparePanel {
  readonly element = h("section", { class: "panel", "aria-label": "Compare takes", hidden: true });
  private drawn = "";

  constructor(private readonly store: Store) {
    store.addEventListener("change", () => this.draw());
  }

  private draw(): void {
    const { takes, pair, trial, side, chosen, matching } = this.store;
    this.element.hidden = takes.length < 2;
    const key = JSON.stringify([takes.map((take) => take.key), pair, trial && [trial.x, trial.shown, [...trial.votes]], side, chosen, matching]);
    if (key === this.drawn || !pair) return;
    this.drawn = key;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.part;
    fill(this.element, h("h2", {}, "Compare"), ...(trial ? this.trialParts() : this.pairParts()));
    if (focused) this.element.querySelector<HTMLElement>(`[data-part="${focused}"]`)?.focus();
  }

  private letter(key: string): string {
    return this.store.takes.find((take) => take.key === key)?.letter ?? "?";
  }

  private picker(index: 0 | 1): HTMLSelectElement {
    const { store } = this;
    const pair = store.pair ?? ["", ""];
    const select = h("select", { "aria-label": index ? "Second take" : "First take", "data-part": `pick${index}` });
    for (const take of store.takes) select.append(h("option", { value: take.key, selected: take.key === pair[index] }, `Take ${take.letter}`));
    select.addEventListener("change", () => {
      if (index) store.setPair(pair[0], select.value);
      else store.setPair(select.value, pair[1]);
    });
    return select;
  }

  private pairParts(): HTMLElement[] {
    const { store } = this;
    const match = h("input", { type: "checkbox", checked: store.matching, "data-part": "match" });
    match.addEventListener("change", () => store.setMatching(match.checked));
    const same = store.pair?.[0] === store.pair?.[1];
    return [
      h("div", { class: "line" }, this.picker(0), h("span", { class: "faint" }, "and"), this.picker(1)),
      h(
        "div",
        { class: "line" },
        h("button", { type: "button", "data-part": "swap", title: "Switch (X)", onClick: () => store.swap() }, "Switch"),
        h("button", { type: "button", "data-part": "blind", disabled: same, onClick: () => store.beginTrial() }, "Blind trial"),
        h("span", { class: "grow" }),
        h("label", { class: "check" }, match, "At one loudness"),
      ),
    ];
  }

  private trialParts(): HTMLElement[] {
    const { store } = this;
    const { trial, side } = store;
    if (!trial) return [];
    const total = votesOf(trial, trial.x) + votesOf(trial, trial.y);
    const sideButton = (which: "x" | "y") =>
      h(
        "button",
        { type: "button", class: "side", "data-part": which, "aria-pressed": String(side === which), onClick: () => store.hear(which) },
        trial.shown ? `${which.toUpperCase()} is take ${this.letter(trial[which])}` : `Hear ${which.toUpperCase()}`,
      );
    const voteButton = (which: "x" | "y") =>
      h("button", { type: "button", "data-part": `vote-${which}`, onClick: () => store.vote(which) }, `${which.toUpperCase()} is better`);
    const result = [trial.x, trial.y]
      .map((key) => `take ${this.letter(key)} ${votesOf(trial, key)}`)
      .sort()
      .join(", ");
    return [
      h("div", { class: "line sides" }, sideButton("x"), sideButton("y")),
      trial.shown
        ? h("p", { class: "result" }, total ? `Votes: ${result}.` : "No votes.")
        : h("div", { class: "line sides" }, voteButton("x"), voteButton("y")),
      h(
        "div",
        { class: "line" },
        h("span", { class: "faint" }, `${total} ${total === 1 ? "vote" : "votes"}, level-matched`),
        h("span", { class: "grow" }),
        !trial.shown && h("button", { type: "button", "data-part": "reveal", onClick: () => store.reveal() }, "Reveal"),
        h("button", { type: "button", "data-part": "end", onClick: () => store.endTrial() }, "End"),
      ),
    ];
  }
}
