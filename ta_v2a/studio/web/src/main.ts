/** The page, put together. */

import * as api from "./api";
import { ComparePanel } from "./comparePanel";
import { fill, h, iconButton } from "./dom";
import { ExportDialog } from "./exporting";
import { Home } from "./home";
import { helpDialog, listen } from "./keys";
import { Player } from "./player";
import { SelectionPanel } from "./selectionPanel";
import { Store } from "./store";
import { applyTheme, currentTheme } from "./theme";
import { clock } from "./timecode";
import { Timeline } from "./timeline";
import { Viewer } from "./viewer";
import { WordsPanel } from "./wordsPanel";

applyTheme(currentTheme());
const video = h("video", {});
const player = new Player(video);
const store = new Store(player);
const home = new Home(store);
const viewer = new Viewer(store, video);
const timeline = new Timeline(store);
const words = new WordsPanel(store);
const selection = new SelectionPanel(store);
const compare = new ComparePanel(store);
const exporting = new ExportDialog(store);
const help = helpDialog();

const name = h("span", { class: "clip-name" });
const about = h("span", { class: "clip-facts" });
const undo = iconButton("undo", "Undo", () => store.undo(), "Ctrl+Z");
const redo = iconButton("redo", "Redo", () => store.redo(), "Ctrl+Shift+Z");
const save = h("button", { type: "button", class: "primary", title: "Export (E)", onClick: () => exporting.open() }, "Export");
const line = h("p", { class: "status", role: "status", "aria-live": "polite" });
const clipTools = h("div", { class: "tools" }, undo, redo, save);
const header = h(
  "header",
  { class: "top" },
  h("button", { type: "button", class: "brand", title: "All films", onClick: () => void leave() }, "ta-v2a"),
  h("div", { class: "clip-about" }, name, about),
  line,
  clipTools,
  h("button", { type: "button", class: "small", onClick: () => home.choose() }, "Open …"),
  iconButton("theme", "Dark or light", switchTheme),
  iconButton("help", "Keys", () => help.showModal(), "?"),
);
const side = h("aside", { class: "side-column", "aria-label": "Sound" }, words.element, selection.element, compare.element);
const work = h("main", { class: "work-area" }, h("div", { class: "main-column" }, viewer.element, timeline.element), side);
const token = tokenDialog();

fill(
  document.getElementById("studio") as HTMLElement,
  h("a", { class: "skip", href: "#timeline" }, "To the timeline"),
  header,
  home.element,
  work,
  exporting.element,
  help,
  token,
);
timeline.element.id = "timeline";

function switchTheme(): void {
  applyTheme(currentTheme() === "dark" ? "light" : "dark", true);
  store.dispatchEvent(new Event("theme"));
}

async function leave(): Promise<void> {
  store.close();
  history.replaceState(null, "", location.pathname);
  draw();
  await home.refresh();
}

function draw(): void {
  const { clip } = store;
  home.element.hidden = clip !== null;
  work.hidden = clip === null;
  clipTools.hidden = clip === null;
  name.textContent = clip?.name ?? "studio";
  about.textContent = clip
    ? `${clip.width} × ${clip.height} · ${Number(clip.fps.toFixed(3))} fps · ${clock(clip.duration_s)} · ${clip.codec}`
    : "";
  document.title = clip ? `${clip.name} – ta-v2a studio` : "ta-v2a studio";
  undo.disabled = !store.history.canUndo;
  redo.disabled = !store.history.canRedo;
  save.disabled = store.takes.length === 0 && store.doc.cues.length === 0 && store.doc.onsets.length === 0;
}

function tokenDialog(): HTMLDialogElement {
  const input = h("input", { type: "password", autocomplete: "current-password", required: true });
  const wrong = h("p", { class: "note", role: "alert" });
  const form = h(
    "form",
    {},
    h("h2", { id: "token-title" }, "This server asks for its token"),
    h("label", { class: "field" }, h("span", {}, "Token"), input),
    wrong,
    h("div", { class: "line" }, h("span", { class: "grow" }), h("button", { type: "submit", class: "primary" }, "Go on")),
  );
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "token-title" }, form);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await api.beginSession(input.value);
      input.value = "";
      dialog.close();
      await start();
    } catch (error) {
      wrong.textContent = error instanceof Error ? error.message : String(error);
    }
  });
  return dialog;
}

store.addEventListener("change", draw);
store.addEventListener("token", () => token.open || token.showModal());
store.addEventListener("back", () => timeline.focusSelection());
store.addEventListener("say", (event) => {
  const { text, wrong } = (event as CustomEvent<{ text: string; wrong: boolean }>).detail;
  line.textContent = text;
  line.classList.toggle("wrong", wrong);
  line.title = text;
});
listen(store, {
  addHit: () => timeline.addHitHere(),
  addCue: () => timeline.addCueAt(player.place),
  remove: () => selection.remove(),
  zoom: (factor) => timeline.setZoom(timeline.zoomed * factor),
  fit: () => timeline.setZoom(1),
  exporting: () => exporting.open(),
  help: () => help.showModal(),
  words: () => store.dispatchEvent(new Event("words")),
  back: () => timeline.focusSelection(),
});

async function start(): Promise<void> {
  try {
    const asked = await api.session();
    if (asked.token_required && !asked.authenticated) {
      token.showModal();
      return;
    }
    [store.facts, store.abilities] = await Promise.all([api.server(), api.abilities()]);
    const wanted = /clip=(c[0-9a-f]{20})/.exec(location.hash)?.[1];
    if (wanted) await store.open(await api.clip(wanted));
    else await home.refresh();
  } catch (error) {
    store.wrong(error);
    await home.refresh();
  }
  draw();
}

Object.assign(window, { studio: store });
draw();
void start();
