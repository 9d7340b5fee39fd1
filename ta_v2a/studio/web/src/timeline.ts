/** The timeline: pictures, hits, cues, the clip's own sound and the takes, under one playhead. */

import WaveSurfer from "wavesurfer.js";
import * as api from "./api";
import { fill, h, iconButton } from "./dom";
import { Lane } from "./lane";
import { OWN } from "./listening";
import { addCue, addOnset, changeCue, clamp, freshId, moveOnset } from "./model";
import { cuePieces, hitPieces } from "./pieces";
import { rulerOf } from "./ruler";
import type { Store } from "./store";
import { TakeRows } from "./takeRows";
import { colorsOf } from "./theme";
import { clock, labelStep } from "./timecode";

export const GUTTER_PX = 176;
const STRIP_PX = 48;
const MOST_ZOOM = 64;
const CLOSE_PX = 20;

export class Timeline {
  readonly element: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly rows = h("div", { class: "rows" });
  private readonly head = h("div", { class: "playhead", "aria-hidden": "true" });
  private readonly ruler = h("div", { class: "lane ruler" });
  private readonly strip = h("img", { class: "strip", alt: "Pictures of the clip, from its beginning to its end" });
  private readonly hitNote = h("small", {});
  private readonly cueNote = h("small", {});
  private readonly rowsOfTakes: TakeRows;
  private onsets: Lane | null = null;
  private cues: Lane | null = null;
  private own: WaveSurfer | null = null;
  private ownOutline: Float32Array[] = [new Float32Array(2)];
  private clipId = "";
  private zoom = 1;
  private inner = 0;
  private drawn = "";

  constructor(private readonly store: Store) {
    this.scroller = h("div", { class: "scroller", tabIndex: 0, role: "group", "aria-label": "Timeline" }, this.rows);
    this.rowsOfTakes = new TakeRows(store, (time) => store.player.seek(time));
    const zoomBar = h(
      "div",
      { class: "zoom", role: "toolbar", "aria-label": "Zoom" },
      h("button", { type: "button", class: "small", onClick: () => this.setZoom(this.zoom / 2), title: "Zoom out (−)", "aria-label": "Zoom out" }, "−"),
      h("button", { type: "button", class: "small", onClick: () => this.setZoom(1), title: "The whole clip (0)" }, "Fit"),
      h("button", { type: "button", class: "small", onClick: () => this.setZoom(this.zoom * 2), title: "Zoom in (+)", "aria-label": "Zoom in" }, "+"),
    );
    this.element = h("section", { class: "timeline", "aria-label": "Timeline" }, this.scroller, zoomBar);
    this.scroller.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.ruler.addEventListener("pointerdown", (event) => this.scrub(event));
    new ResizeObserver(() => this.fit()).observe(this.scroller);
    store.addEventListener("change", () => this.draw());
    store.addEventListener("theme", () => this.restyle());
    store.player.addEventListener("place", () => this.placed());
  }

  get zoomed(): number {
    return this.zoom;
  }

  setZoom(zoom: number): void {
    const next = clamp(zoom, 1, MOST_ZOOM);
    if (next === this.zoom) return;
    this.zoom = next;
    this.fit();
    const x = this.store.player.place * this.scale;
    this.scroller.scrollLeft = Math.max(0, x - (this.scroller.clientWidth - GUTTER_PX) / 2);
  }

  private get duration(): number {
    return this.store.clip?.duration_s ?? 1;
  }

  private get scale(): number {
    return this.inner / this.duration;
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.setZoom(this.zoom * (event.deltaY < 0 ? 1.25 : 0.8));
  }

  private scrub(event: PointerEvent): void {
    const to = (x: number) => this.store.player.seek((x - this.ruler.getBoundingClientRect().left) / this.scale);
    to(event.clientX);
    this.ruler.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => to(moved.clientX);
    this.ruler.addEventListener("pointermove", move);
    const end = () => this.ruler.removeEventListener("pointermove", move);
    this.ruler.addEventListener("pointerup", end, { once: true });
    this.ruler.addEventListener("pointercancel", end, { once: true });
  }

  private fit(): void {
    if (!this.store.clip) return;
    const room = Math.max(240, this.scroller.clientWidth - GUTTER_PX - 12);
    const inner = Math.round(room * this.zoom);
    if (inner === this.inner) return;
    this.inner = inner;
    this.rows.style.setProperty("--inner", `${inner}px`);
    this.crowd();
    this.drawRuler();
    this.drawStrip();
    this.placed();
  }

  private begin(clip: api.Clip): void {
    this.clipId = clip.id;
    this.onsets?.destroy();
    this.cues?.destroy();
    this.own?.destroy();
    this.own = null;
    this.rowsOfTakes.clear();
    this.zoom = 1;
    this.inner = 0;
    this.drawn = "";
    this.ownOutline = [new Float32Array(2)];
    const hits = h("div", { class: "lane hits" });
    const cues = h("div", { class: "lane cues" });
    const own = h("div", { class: "lane own" });
    const place = () => this.store.player.place;
    fill(
      this.rows,
      this.row("ruler-row", null, this.ruler),
      this.row("strip-row", h("span", {}, "Picture"), h("div", { class: "lane" }, this.strip)),
      this.row(
        "hits-row",
        h("span", { class: "gutter-name" }, "Hits seen", this.hitNote),
        hits,
        iconButton("plus", "Add a hit at the playhead", () => this.addHit(place()), "M"),
      ),
      this.row(
        "cues-row",
        h("span", { class: "gutter-name" }, "Cues", this.cueNote),
        cues,
        iconButton("plus", "Add a cue at the playhead", () => this.addCueAt(place()), "C"),
      ),
      this.ownRow(clip, own),
      this.rowsOfTakes.element,
      this.head,
    );
    this.onsets = new Lane(
      hits,
      30,
      clip.duration_s,
      {
        chosen: (id) => this.store.select({ kind: "onset", id }),
        moved: (id, start) => this.store.edit(moveOnset(this.store.doc, id, start, clip.duration_s)),
        clicked: (time) => this.store.player.seek(time),
        doubled: (time) => this.addHit(time),
      },
      null,
    );
    this.cues = new Lane(
      cues,
      42,
      clip.duration_s,
      {
        chosen: (id) => this.store.select({ kind: "cue", id }),
        moved: (id, start, end) => this.store.edit(changeCue(this.store.doc, id, { start, end }, clip.duration_s)),
        drawn: (start, end) => this.draft(start, end),
        clicked: (time) => {
          this.store.select(null);
          this.store.player.seek(time);
        },
        opened: () => this.store.dispatchEvent(new Event("words")),
      },
      colorsOf().cue,
    );
    this.fit();
    this.drawOwn(own);
    if (clip.has_sound)
      void api
        .ownOutline(clip.id, 4000)
        .then((outline) => {
          if (this.clipId !== clip.id) return;
          this.ownOutline = [Float32Array.from(outline.high), Float32Array.from(outline.low, (value) => -value)];
          this.drawOwn(own);
        })
        .catch(() => undefined);
  }

  private row(name: string, label: HTMLElement | null, lane: HTMLElement, ...buttons: HTMLElement[]): HTMLElement {
    return h("div", { class: `row ${name}` }, h("div", { class: "gutter" }, label, ...buttons), lane);
  }

  private ownRow(clip: api.Clip, lane: HTMLElement): HTMLElement {
    const name = h("span", { class: "gutter-name" }, clip.has_sound ? "Own sound" : "No own sound");
    if (!clip.has_sound) return this.row("own-row", name, lane);
    return this.row("own-row", name, lane, ...this.rowsOfTakes.stripButtons(OWN, "the clip's own sound"));
  }

  private addHit(time: number): void {
    const id = freshId("hit");
    this.store.edit(addOnset(this.store.doc, time, this.duration, id));
    this.store.select({ kind: "onset", id });
    this.onsets?.focus(id);
    this.store.say(`Hit added at ${clock(time)}.`);
  }

  /** The hit at the playhead, by its key. */
  addHitHere(): void {
    if (this.store.clip) this.addHit(this.store.player.place);
  }

  addCueAt(time: number): void {
    if (this.store.clip) this.draft(time, time + Math.min(1.5, this.duration / 4));
  }

  private draft(start: number, end: number): void {
    const id = freshId("cue");
    this.store.edit(addCue(this.store.doc, start, end, this.duration, id));
    this.store.select({ kind: "cue", id });
    this.store.dispatchEvent(new Event("words"));
  }

  private draw(): void {
    const { clip, doc, selection, looking } = this.store;
    if (!clip) return;
    if (clip.id !== this.clipId) this.begin(clip);
    const colors = colorsOf();
    const key = JSON.stringify([doc.onsets, doc.cues, selection, colors.hit]);
    if (key !== this.drawn) {
      this.drawn = key;
      this.crowd();
      this.onsets?.show(hitPieces(doc.onsets, selection?.id, colors.hit));
      this.cues?.show(cuePieces(doc.cues, selection?.id, colors.cue));
    }
    this.hitNote.textContent = looking ? "looking …" : `${doc.onsets.length}${doc.onsetsEdited ? ", edited" : ""}`;
    this.cueNote.textContent = doc.cues.length ? String(doc.cues.length) : "drag to draw";
    this.rowsOfTakes.draw();
  }

  /** Heads of hits that lie close are small, so that they stay apart. */
  private crowd(): void {
    this.rows.style.setProperty("--pin", this.store.doc.onsets.length * CLOSE_PX > this.inner ? "6px" : "12px");
  }

  private restyle(): void {
    this.drawn = "";
    this.draw();
    this.drawRuler();
    this.own?.setOptions({ waveColor: this.ownColor(), progressColor: this.ownColor() });
    this.rowsOfTakes.paint();
  }

  private drawOwn(lane: HTMLElement): void {
    this.own?.destroy();
    this.own = WaveSurfer.create({
      container: lane,
      height: 28,
      peaks: this.ownOutline,
      duration: this.duration,
      waveColor: this.ownColor(),
      progressColor: this.ownColor(),
      cursorWidth: 0,
      hideScrollbar: true,
    });
    this.own.on("click", (x) => this.store.player.seek(x * this.duration));
    this.drawRuler();
  }

  /** Nothing is drawn for a sound that is not there. */
  private ownColor(): string {
    return this.ownOutline[0].length > 2 ? colorsOf().own : "transparent";
  }

  private drawRuler(): void {
    if (!this.own || !this.inner) return;
    for (const plugin of [...this.own.getActivePlugins()]) plugin.destroy();
    this.ruler.replaceChildren();
    this.own.registerPlugin(rulerOf(this.ruler, this.duration, labelStep(this.scale)));
  }

  private drawStrip(): void {
    const { clip } = this.store;
    if (!clip) return;
    const shape = Math.min(4, clip.width / clip.height);
    const count = clamp(Math.round(this.inner / (STRIP_PX * shape)), 4, 240);
    const source = api.framesUrl(clip.id, count, STRIP_PX * (count > 120 ? 1 : 2));
    if (this.strip.getAttribute("src") !== source) this.strip.src = source;
  }

  private placed(): void {
    const { player } = this.store;
    const x = player.place * this.scale;
    this.head.style.transform = `translateX(${x}px)`;
    if (!player.playing || this.zoom === 1) return;
    const left = this.scroller.scrollLeft;
    const room = this.scroller.clientWidth - GUTTER_PX;
    if (x < left || x > left + room - 40) this.scroller.scrollLeft = Math.max(0, x - room * 0.15);
  }

  /** Hands the keyboard to what is selected. */
  focusSelection(): void {
    const { selection } = this.store;
    if (selection) (selection.kind === "cue" ? this.cues : this.onsets)?.focus(selection.id);
  }
}
