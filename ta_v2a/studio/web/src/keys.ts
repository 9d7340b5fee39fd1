/** Keys, what each does, and the page that lists them. */

import { h, isTyping } from "./dom";
import { Lane } from "./lane";
import { type Doc, changeCue, moveOnset, nextPlace, shifted } from "./model";
import type { Store } from "./store";

export interface Deeds {
  readonly addHit: () => void;
  readonly addCue: () => void;
  readonly remove: () => void;
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  readonly exporting: () => void;
  readonly help: () => void;
  readonly words: () => void;
  readonly back: () => void;
}

export const KEYS: [string, string][] = [
  ["Space", "play, pause"],
  ["J  K  L", "back, stop, on; again: twice as fast"],
  ["←  →", "one picture; with Shift one second"],
  ["↑  ↓", "previous, next hit or cue border"],
  ["Home  End", "beginning, end"],
  ["M", "add a hit at the playhead"],
  ["C", "add a cue at the playhead"],
  ["Tab, then ←  →", "move the hit or cue that is focused by a picture"],
  ["Enter", "type the words of the cue"],
  ["Delete", "delete what is selected"],
  ["1 … 9", "listen to a take"],
  ["X", "switch between the two takes compared"],
  ["R", "redo the marked stretch"],
  ["G", "make sound"],
  ["E", "export"],
  ["+  −  0", "zoom in, out, the whole clip"],
  ["Ctrl+Z  Ctrl+Shift+Z", "undo, redo"],
  ["Esc", "let go of the selection"],
];

export function helpDialog(): HTMLDialogElement {
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "keys-title" });
  const rows = KEYS.map(([keys, deed]) => h("div", { class: "key-row" }, h("kbd", {}, keys), h("span", {}, deed)));
  dialog.append(
    h("h2", { id: "keys-title" }, "Keys"),
    h("div", { class: "keys" }, ...rows),
    h("div", { class: "line" }, h("span", { class: "grow" }), h("button", { type: "button", onClick: () => dialog.close() }, "Close")),
  );
  return dialog;
}

/** Which element has the keyboard, inside of shadow roots too. */
function focusedPiece(): string | null {
  let element = document.activeElement as HTMLElement | null;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement as HTMLElement;
  return Lane.awaited ?? element?.dataset.piece ?? null;
}

/** Moves the hit or cue of an id by seconds; null where there is none. */
export function nudged(doc: Doc, id: string, by: number, duration: number): Doc | null {
  const onset = doc.onsets.find((each) => each.id === id);
  if (onset) return moveOnset(doc, id, onset.time + by, duration);
  const cue = doc.cues.find((each) => each.id === id);
  if (!cue) return null;
  const [start, end] = shifted(cue, by, duration);
  return changeCue(doc, id, { start, end }, duration);
}

export function listen(store: Store, deeds: Deeds): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const typing = isTyping(event.target);
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z" && !typing) {
      event.preventDefault();
      if (event.shiftKey) store.redo();
      else store.undo();
      return;
    }
    if (command && event.key.toLowerCase() === "y" && !typing) {
      event.preventDefault();
      store.redo();
      return;
    }
    if (command && event.key === "Enter") {
      event.preventDefault();
      void store.make();
      return;
    }
    if (typing || command || event.altKey || !store.clip) {
      if (typing && event.key === "Escape") (event.target as HTMLElement).blur();
      return;
    }
    if (pressed(store, deeds, event)) event.preventDefault();
  });
}

function pressed(store: Store, deeds: Deeds, event: KeyboardEvent): boolean {
  const { player, doc } = store;
  const frame = 1 / (store.clip?.fps ?? 25);
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const piece = focusedPiece();
  const onControl = event.target instanceof HTMLElement && event.target.matches("button, a, summary, select, input") && piece === null;
  switch (key) {
    case " ":
      if (onControl) return false;
      player.toggle();
      return true;
    case "j":
    case "k":
    case "l":
      player.shuttle(key);
      return true;
    case "ArrowLeft":
    case "ArrowRight": {
      const by = (key === "ArrowLeft" ? -1 : 1) * (event.shiftKey ? 1 : frame);
      const moved = piece === null ? null : nudged(doc, piece, by, player.duration);
      if (moved && piece) store.edit(moved, `nudge ${piece}`);
      else player.seek(player.place + by);
      return true;
    }
    case "ArrowUp":
    case "ArrowDown":
      player.seek(nextPlace(doc, player.place, key === "ArrowUp" ? -1 : 1, player.duration));
      return true;
    case "Home":
      player.seek(0);
      return true;
    case "End":
      player.seek(player.duration);
      return true;
    case "Enter":
      if (onControl || store.selection?.kind !== "cue") return false;
      deeds.words();
      return true;
    case "Delete":
    case "Backspace":
      deeds.remove();
      return true;
    case "Escape":
      store.select(null);
      store.setMark(null);
      return true;
    case "m":
      deeds.addHit();
      return true;
    case "c":
      deeds.addCue();
      return true;
    case "x":
      store.swap();
      return true;
    case "r":
      if (store.mark) void store.make(true);
      return true;
    case "g":
      void store.make();
      return true;
    case "e":
      deeds.exporting();
      return true;
    case "+":
    case "=":
      deeds.zoom(2);
      return true;
    case "-":
      deeds.zoom(0.5);
      return true;
    case "0":
      deeds.fit();
      return true;
    case "?":
      deeds.help();
      return true;
    default:
      if (/^[1-9]$/.test(key) && !store.trial) {
        const take = store.takes[Number(key) - 1];
        if (take) store.choose(take.key);
        return Boolean(take);
      }
      return false;
  }
}
